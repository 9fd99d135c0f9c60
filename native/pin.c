/*
 * Keeps this library where it is until the process ends. Whoever loaded it may unload it, under the
 * feet of the threads that run in here: its own, and those that end later, for which it waits. On
 * Linux the linker sees to that.
 */
#if defined(_WIN32)
#include <windows.h>

__attribute__((constructor)) static void pin(void) {
  HMODULE self;
  DWORD const how = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
  GetModuleHandleExW(how, (LPCWSTR)(void *)&pin, &self);
}
#elif defined(__APPLE__)
#include <dlfcn.h>
#include <stddef.h>

__attribute__((constructor)) static void pin(void) {
  Dl_info self;
  if (dladdr((void *)&pin, &self) != 0) dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}
#else
typedef int pinned_by_the_linker;
#endif
