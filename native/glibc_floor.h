/*
 * glibc_floor.h: which glibc the library needs at the least.
 *
 * A program linked with a newer glibc asks for the newest form of each function, and then does not
 * load with an older one. Every file includes this first, for Linux with glibc only, and asks for
 * the first form instead: they are all there still, and do the same. `deno task pack` refuses a
 * library that needs more than 2.27, and names the function that belongs in here.
 */
#ifndef GLIBC_FLOOR_H
#define GLIBC_FLOOR_H

#if defined(__x86_64__)
#define GLIBC_FIRST "GLIBC_2.2.5"
/* Came after the first form of this machine's glibc. */
#define GLIBC_SETCLOCK "GLIBC_2.3.3"
#define GLIBC_SCANF "GLIBC_2.7"
#elif defined(__aarch64__)
#define GLIBC_FIRST "GLIBC_2.17"
#define GLIBC_SETCLOCK GLIBC_FIRST
#define GLIBC_SCANF GLIBC_FIRST
#else
#error "Which form of glibc was this machine's first?"
#endif

#define FLOOR(name) __asm__(".symver " #name "," #name "@" GLIBC_FIRST)

/* 2.34 moved threads and dlopen into libc. */
FLOOR(dlclose);
FLOOR(dlerror);
FLOOR(dlopen);
FLOOR(dlsym);
FLOOR(pthread_attr_getstacksize);
FLOOR(pthread_attr_setstacksize);
FLOOR(pthread_create);
FLOOR(pthread_detach);
FLOOR(pthread_getspecific);
FLOOR(pthread_join);
FLOOR(pthread_key_create);
FLOOR(pthread_key_delete);
FLOOR(pthread_kill);
FLOOR(pthread_mutex_trylock);
FLOOR(pthread_mutexattr_destroy);
FLOOR(pthread_mutexattr_init);
FLOOR(pthread_mutexattr_settype);
FLOOR(pthread_once);
FLOOR(pthread_setspecific);
FLOOR(pthread_sigmask);
__asm__(".symver pthread_condattr_setclock,pthread_condattr_setclock@" GLIBC_SETCLOCK);

/* 2.29 and 2.38 made these faster; they no longer know of matherr, which nobody does. */
FLOOR(exp);
FLOOR(exp2);
FLOOR(fmod);
FLOOR(log);
FLOOR(log2);
FLOOR(pow);

/* 2.38 reads binary numbers, too: not used here. */
__asm__(".symver __isoc23_sscanf,__isoc99_sscanf@" GLIBC_SCANF);
__asm__(".symver __isoc23_strtol,strtol@" GLIBC_FIRST);

#undef FLOOR
#undef GLIBC_FIRST
#undef GLIBC_SETCLOCK
#undef GLIBC_SCANF
#endif
