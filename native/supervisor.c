#include "supervisor.h"

#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "health.h"
#include "orders.h"
#include "outage.h"
#include "status.h"
#include "stragglers.h"

/* So many sessions that hang are enough to notice when the sound system answers again. */
enum { ENOUGH_STRAGGLERS = 3 };

static const int64_t millisecond_ns = 1000000;
static const int64_t second_ns = 1000000000;
static const int64_t tick_ns = 100 * millisecond_ns;
static const int64_t least_poll_ns = 2 * millisecond_ns;
static const int64_t most_poll_ns = 20 * millisecond_ns;
/* A stream that begins on a suspended device is stopped at first. */
static const int64_t stopped_ns = 500 * millisecond_ns;
static const int64_t healthy_ns = 2 * second_ns;
static const int64_t patience_ns = 60 * second_ns;
static const int64_t digital_silence_seconds = 5;

typedef enum stage {
  STAGE_RESTING,
  STAGE_WAITING,
  STAGE_OPENING,
  STAGE_STARTING,
  STAGE_PROVING,
  STAGE_RUNNING,
  STAGE_ENDING,
  STAGE_GONE,
} stage;

struct supervisor {
  pthread_t thread;
  report *report;
  orders orders;
  /* Set by the owner while the thread rests. */
  capture *capture;
  /* The thread's own from here on. */
  stage stage;
  session_wish wish;
  session_facts facts;
  session *session;
  stragglers stragglers;
  outage outage;
  /* On the monotonic clock, which stands still while the machine sleeps. */
  int64_t stage_began_ns;
  backoff backoff;
  /* Why it is not running. */
  int32_t reason;
  health health;
  bool failed;
  bool silent;
};

static void enter(supervisor *v, stage next) {
  v->stage = next;
  v->stage_began_ns = clock_monotonic_ns();
  orders_set_resting(&v->orders, next == STAGE_RESTING);
}

static int64_t stage_age_ns(const supervisor *v) {
  return clock_monotonic_ns() - v->stage_began_ns;
}

/* Often at first, as most answers come at once; then ever less. */
static int64_t poll_ns(const supervisor *v) {
  int64_t const poll = stage_age_ns(v) / 8;
  return poll < least_poll_ns ? least_poll_ns : poll > most_poll_ns ? most_poll_ns : poll;
}

/* Nobody else may be writing. */
static void fill(supervisor *v) {
  if (!outage_is_due(&v->outage)) return;
  outage_fill(&v->outage, v->capture, 2 * v->facts.period_ns + tick_ns);
}

static void wait_for_attempt(supervisor *v) {
  backoff_set(&v->backoff);
  enter(v, STAGE_WAITING);
}

/* What is to come once the session is out of the way. */
static void go_on(supervisor *v, order now) {
  v->session = NULL;
  if (now == ORDER_RUN) wait_for_attempt(v);
  else enter(v, now == ORDER_QUIT ? STAGE_GONE : STAGE_RESTING);
}

static void end_session(supervisor *v) {
  session_end(v->session);
  enter(v, STAGE_ENDING);
}

static void abandon(supervisor *v, order now) {
  report_add(&v->report->abandoned);
  stragglers_add(&v->stragglers, v->session);
  go_on(v, now);
}

static void attempt_failed(supervisor *v, int32_t status, const char *words) {
  v->backoff.failures++;
  /* Who resumes what was paused is told, and it stays paused. */
  bool const give_up = orders_asked(&v->orders) && !v->failed;
  if (!give_up) {
    outage_begin(&v->outage, MICRING_GAP_STALL);
    if (status_is_absence(status)) outage_explain(&v->outage, MICRING_GAP_DEVICE);
    v->reason = status;
    v->failed = status_needs_person(status);
    report_state(v->report, v->failed ? MICRING_STATE_FAILED : MICRING_STATE_REOPENING, status,
                 words);
  }
  orders_answer(&v->orders, status, words, give_up);
}

static void lose_session(supervisor *v, micring_gap_cause cause, int32_t reason) {
  bool const moved = cause == MICRING_GAP_REROUTE;
  outage_begin(&v->outage, cause);
  v->backoff.failures = stage_age_ns(v) > healthy_ns ? 0 : v->backoff.failures + 1;
  v->reason = reason;
  report_state(v->report, moved ? MICRING_STATE_REOPENING : MICRING_STATE_STALLED, reason, "");
  end_session(v);
}

/* OPENED: gives the session the ring. False while a wipe is at it. */
static bool launch(supervisor *v) {
  const session_facts *facts = session_facts_of(v->session);
  const opened_device *before = &v->facts.device;
  /* One that was named is the same whatever it is called now. */
  bool const same = v->wish.id[0] != '\0' || strcmp(facts->device.name, before->name) == 0;
  bool const form = facts->device.sample_rate == before->sample_rate &&
                    facts->device.channels == before->channels;
  if (!same) outage_explain(&v->outage, MICRING_GAP_REROUTE);
  else if (!form) outage_explain(&v->outage, MICRING_GAP_FORMAT);
  if (!outage_expect(&v->outage, v->capture, !same || !form)) return false;
  v->facts = *facts;
  report_opened(v->report, &facts->device);
  session_start(v->session, v->capture);
  enter(v, STAGE_STARTING);
  return true;
}

static int64_t rest(supervisor *v, order now) {
  if (now == ORDER_REST) return second_ns;
  if (now == ORDER_QUIT) {
    if (v->session != NULL) end_session(v);
    else enter(v, STAGE_GONE);
    return 0;
  }
  report_state(v->report, MICRING_STATE_STARTING, MICRING_OK, "");
  v->backoff.failures = 0;
  if (v->session == NULL) wait_for_attempt(v);
  else enter(v, STAGE_OPENING);
  return 0;
}

/* Those that hang will end when the sound system answers, and that is the moment to try again; now
 * and then it is tried anyway, as it may be only them. */
static bool too_many_hang(const supervisor *v) {
  return v->stragglers.count >= STRAGGLERS_MOST ||
         (v->stragglers.count >= ENOUGH_STRAGGLERS && stage_age_ns(v) < patience_ns);
}

static int64_t hold_off(supervisor *v, order now) {
  if (now != ORDER_RUN) {
    go_on(v, now);
    return 0;
  }
  fill(v);
  int64_t const left_ns = v->failed ? tick_ns : backoff_left_ns(&v->backoff);
  if (left_ns > 0 && !orders_asked(&v->orders)) return left_ns < tick_ns ? left_ns : tick_ns;
  if (too_many_hang(v)) {
    orders_answer(&v->orders, MICRING_NO_ANSWER, "", !v->failed);
    return most_poll_ns;
  }
  if (v->outage.lasting) report_state(v->report, MICRING_STATE_REOPENING, v->reason, "");
  v->session = session_begin(&v->wish);
  if (v->session != NULL) {
    enter(v, STAGE_OPENING);
    return 0;
  }
  attempt_failed(v, MICRING_THREAD_FAILED, "");
  wait_for_attempt(v);
  return least_poll_ns;
}

/* OPENING and STARTING: until the session says that it is there, or that it has failed. */
static int64_t see_begin(supervisor *v) {
  int32_t status = MICRING_OK;
  char words[MICRING_ERROR_BYTES] = "";
  session_phase const phase = session_look(v->session, &status, words);
  /* Once it is started, its frames may come, and the ring is its. */
  if (v->stage == STAGE_OPENING) fill(v);
  if (status != MICRING_OK) {
    attempt_failed(v, status, words);
    end_session(v);
    return 0;
  }
  if (phase == SESSION_OPENED && v->stage == STAGE_OPENING) return launch(v) ? 0 : least_poll_ns;
  if (phase == SESSION_STARTED) {
    orders_answer(&v->orders, MICRING_OK, "", false);
    health_begin(&v->health);
    enter(v, STAGE_PROVING);
    return 0;
  }
  if (stage_age_ns(v) < BACKEND_ANSWER_NS) return poll_ns(v);
  attempt_failed(v, MICRING_NO_ANSWER, "");
  end_session(v);
  abandon(v, ORDER_RUN);
  return 0;
}

static void prove_good(supervisor *v) {
  if (v->outage.lasting) report_add(&v->report->reopenings);
  v->outage.lasting = v->failed = v->silent = false;
  report_state(v->report, MICRING_STATE_RUNNING, MICRING_OK, "");
  enter(v, STAGE_RUNNING);
}

/* Until the first frame. */
static int64_t prove(supervisor *v) {
  verdict const verdict = health_look(&v->health, v->session);
  bool const stopped = verdict == HEALTH_STOPPED && stage_age_ns(v) > stopped_ns;
  if (verdict == HEALTH_GOOD || verdict == HEALTH_DUMB) {
    prove_good(v);
  } else if (stopped || verdict == HEALTH_DIVERTED ||
             stage_age_ns(v) > SUPERVISOR_FIRST_FRAME_NS) {
    attempt_failed(v, stopped ? MICRING_DEVICE_STOPPED : MICRING_NO_FRAMES, "");
    end_session(v);
  } else {
    if (!outage_is_due(&v->outage)) return poll_ns(v);
    /* It may deliver at any moment; while its frames are held, this is the only writer. */
    session_hold(v->session);
    if (health_look(&v->health, v->session) != HEALTH_GOOD) fill(v);
    session_release_frames(v->session);
  }
  return 0;
}

/* Zeros are no error to any system, but no microphone delivers them by itself. */
static void diagnose_silence(supervisor *v) {
  const capture_statistics *statistics = capture_statistics_of(v->capture);
  uint64_t const frames = capture_statistic(&statistics->silent_frames);
  bool const silent = frames / v->facts.sample_rate >= (uint64_t)digital_silence_seconds;
  if (silent == v->silent) return;
  v->silent = silent;
  report_state(v->report, MICRING_STATE_RUNNING, silent ? MICRING_DIGITAL_SILENCE : MICRING_OK, "");
}

static int64_t keep(supervisor *v) {
  switch (health_look(&v->health, v->session)) {
    case HEALTH_DIVERTED:
      lose_session(v, MICRING_GAP_REROUTE, MICRING_REROUTED);
      return 0;
    case HEALTH_STOPPED:
      lose_session(v, MICRING_GAP_DEVICE, MICRING_DEVICE_STOPPED);
      return 0;
    case HEALTH_DUMB:
      lose_session(v, MICRING_GAP_STALL, MICRING_NO_FRAMES);
      return 0;
    default:
      diagnose_silence(v);
      return tick_ns;
  }
}

static int64_t finish(supervisor *v, order now) {
  fill(v);
  if (session_look(v->session, NULL, NULL) == SESSION_ENDED) {
    session_drop(v->session);
    go_on(v, now);
    return 0;
  }
  if (stage_age_ns(v) < SUPERVISOR_END_NS) return poll_ns(v);
  abandon(v, now);
  return 0;
}

/* Does what is to be done now; returns how long nothing is. */
static int64_t step(supervisor *v, order now) {
  stragglers_collect(&v->stragglers);
  bool const live = v->stage != STAGE_RESTING && v->stage != STAGE_WAITING &&
                    v->stage != STAGE_ENDING;
  if (live && now != ORDER_RUN) {
    end_session(v);
    return 0;
  }
  switch (v->stage) {
    case STAGE_RESTING:
      return rest(v, now);
    case STAGE_WAITING:
      return hold_off(v, now);
    case STAGE_OPENING:
    case STAGE_STARTING:
      return see_begin(v);
    case STAGE_PROVING:
      return prove(v);
    case STAGE_RUNNING:
      return keep(v);
    case STAGE_ENDING:
      return finish(v, now);
    default:
      return 0;
  }
}

static void *run(void *argument) {
  supervisor *v = argument;
  while (v->stage != STAGE_GONE) orders_await(&v->orders, step(v, orders_take(&v->orders)));
  return NULL;
}

supervisor *supervisor_create(session *opened, const session_wish *wish, report *r) {
  supervisor *v = calloc(1, sizeof *v);
  if (v != NULL) {
    orders_init(&v->orders);
    v->report = r;
    v->wish = *wish;
    v->facts = *session_facts_of(opened);
    v->session = opened;
    if (pthread_create(&v->thread, NULL, run, v) == 0) return v;
    orders_destroy(&v->orders);
    free(v);
  }
  session_end(opened);
  session_drop(opened);
  return NULL;
}

int32_t supervisor_start(supervisor *v, capture *c, char *error) {
  v->capture = c;
  return orders_run(&v->orders, error);
}

void supervisor_pause(supervisor *v) { orders_rest(&v->orders); }

void supervisor_destroy(supervisor *v) {
  orders_quit(&v->orders);
  pthread_join(v->thread, NULL);
  stragglers_drop(&v->stragglers);
  orders_destroy(&v->orders);
  free(v);
}
