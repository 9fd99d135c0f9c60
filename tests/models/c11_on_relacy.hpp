/*
 * C11's atomics as the native sources use them, on Relacy: each operation is a point at which the
 * search may go on with another thread, and each load may see any value that the orders allow, of
 * those stored so far. What it cannot show is a load that sees a store still to come.
 */
#ifndef C11_ON_RELACY_HPP
#define C11_ON_RELACY_HPP

#include <relacy/relacy.hpp>

#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

/* The search has a choice to make at each of its own frees, which would double it. */
#undef new
#undef delete
#undef malloc
#undef calloc
#undef free

using rl::mo_acquire;
using rl::mo_relaxed;
using rl::mo_release;
using rl::mo_seq_cst;

/* What `_Atomic T` becomes. Zero at first, as in the memory that calloc gives. */
template <typename T>
struct atomic_of : rl::atomic<T> {
  size_t stores = 1;

  atomic_of() : rl::atomic<T>(T()) {}
};

/* Ends the search: this execution is wrong. */
[[gnu::format(printf, 1, 2)]] static inline void fail(const char *format, ...) {
  char words[160];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  rl::ctx().fail_test(words, rl::test_result_user_assert_failed, $);
}

/* In the sources an order is one word; to Relacy it is two, the second being the place. */
template <typename T>
T atomic_load_explicit(const atomic_of<T> *from, rl::memory_order order,
                       rl::debug_info_param place) {
  return from->load(order, place);
}

template <typename T, typename V>
void atomic_store_explicit(atomic_of<T> *to, V value, rl::memory_order order,
                           rl::debug_info_param place) {
  /* What it no longer remembers, no load would see. */
  if (++to->stores == rl::atomic_history_size) fail("more stores than the search remembers");
  to->store(static_cast<T>(value), order, place);
}

using rl::atomic_thread_fence;

/* Memory by calloc, made into whatever it is taken for. */
struct zeroed {
  size_t bytes;

  template <typename T>
  operator T *() const {
    return new ((std::malloc)(sizeof(T))) T();
  }

  template <typename T>
  operator atomic_of<T> *() const {
    size_t const count = bytes / sizeof(T);
    atomic_of<T> *made = static_cast<atomic_of<T> *>((std::malloc)(count * sizeof *made));
    for (size_t i = 0; i < count; i++) new (made + i) atomic_of<T>();
    return made;
  }
};

static inline zeroed calloc_zeroed(size_t count, size_t bytes) { return zeroed{count * bytes}; }

/* What is touched in place of a ring's pages. */
static unsigned char spare_pages[4096];

/* Who sleeps lets the others run, a few steps each. To look in between, and in vain, adds nothing
 * to what looking for the first time later on can show; that is gone through. */
static inline void clock_sleep_ns(int64_t) { rl::yield(4, $); }

/*
 * Goes through every execution of a suite. Prints how many there are; or, and returns false, after
 * how many one was wrong, how, and what each thread did in it.
 */
template <typename suite>
bool search(const char *name) {
  typedef rl::full_search_scheduler<suite::params::thread_count> scheduler;
  rl::test_params params;
  rl::ostringstream words;
  params.search_type = rl::sched_full;
  params.output_stream = &words;
  params.progress_stream = &words;
  rl::ostringstream state;
  /* It comes back with success from one place only: when nothing is left to try. */
  if (rl::run_test<suite, scheduler>(params, state, false) == rl::test_result_success) {
    printf("%s: %" PRIu64 " executions\n", name, static_cast<uint64_t>(params.stop_iteration));
    return true;
  }
  printf("%s: wrong in execution %" PRIu64 ":\n", name,
         static_cast<uint64_t>(params.stop_iteration));
  params.initial_state = state.str();
  params.collect_history = true;
  rl::run_test<suite, scheduler>(params, state, true);
  printf("%s", words.str().c_str());
  return false;
}

#endif
