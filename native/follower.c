#include "follower.h"

/* Fewer points say nothing about a slope. */
enum { LEAST_TO_DRAW = 3 };

/* How far clocks of sound devices are off, mostly; and one that is known, some time later. */
static const double doubt_of_nominal = 300e-6;
static const double doubt_of_learned = 20e-6;
/* The least late of many blocks is so much less late than they are on average; roughly. */
static const double least_of_mean = 1.0 / 16;
static const int64_t step_ns = 2000000;
static const double most_skew = 0.02;
static const double step_skew = 0.025;

static void begin_bucket(follower *f) {
  f->bucket_end_ns = 0;
  f->least_late_ns = INT64_MAX;
  f->marks = f->late_sum_ns = 0;
}

static double square(double value) { return value * value; }

static void believe_nominal(follower *f) {
  f->before = (follower_belief){f->nominal, square(f->nominal * doubt_of_nominal)};
  f->now = f->before;
}

static void forget_points(follower *f) { f->count = f->next = 0; }

void follower_start(follower *f, double ns_per_frame, int64_t now_ns) {
  *f = (follower){.nominal = ns_per_frame, .line = {0, now_ns, ns_per_frame}};
  believe_nominal(f);
  begin_bucket(f);
}

/* What comes earlier than any drift explains comes by a shorter way: the points before say nothing
 * about the line that these follow. */
static bool is_step(const follower *f, int64_t early_ns, int64_t now_ns) {
  return early_ns > step_ns + (int64_t)((double)(now_ns - f->marked_ns) * step_skew);
}

static void pull(follower *f, int64_t early_ns) {
  f->line.time_ns -= early_ns;
  f->late_sum_ns += early_ns * f->marks;
}

void follower_mark(follower *f, uint64_t end_frame, int64_t now_ns) {
  int64_t late_ns = now_ns - line_time_at(f->line, end_frame);
  bool const pulls = late_ns < 0 || !f->begun;
  if (pulls) {
    if (is_step(f, -late_ns, now_ns)) forget_points(f);
    pull(f, -late_ns);
    late_ns = 0;
    f->begun = true;
  }
  if (f->bucket_end_ns == 0) f->bucket_end_ns = now_ns + FOLLOWER_BUCKET_NS;
  if (pulls || late_ns < f->least_late_ns) {
    f->least = (follower_point){end_frame, now_ns};
    f->least_late_ns = late_ns;
  }
  f->marked_ns = now_ns;
  f->marks++;
  f->late_sum_ns += late_ns;
  /* Until the line stands on points, all that is known is how late blocks mostly come. */
  if (f->count < LEAST_TO_DRAW) f->spread_ns = f->late_sum_ns / f->marks;
}

bool follower_ripe(const follower *f, int64_t now_ns) {
  return f->bucket_end_ns != 0 && now_ns >= f->bucket_end_ns;
}

/* A point from a frame and the line's time on. */
typedef struct place {
  double frames;
  double ns;
} place;

/* The points by age, the oldest first. */
static place nth(const follower *f, uint32_t n, uint64_t frame) {
  uint32_t const first = f->count < FOLLOWER_POINTS ? 0 : f->next;
  const follower_point *p = &f->points[(first + n) % FOLLOWER_POINTS];
  return (place){(double)(int64_t)(p->frame - frame), (double)(p->time_ns - f->line.time_ns)};
}

static double height(place p, double ns_per_frame) { return p.ns - p.frames * ns_per_frame; }

static double lowest(const follower *f, uint64_t frame, double ns_per_frame) {
  double least = height(nth(f, 0, frame), ns_per_frame);
  for (uint32_t i = 1; i < f->count; i++) {
    double const h = height(nth(f, i, frame), ns_per_frame);
    if (h < least) least = h;
  }
  return least;
}

static double mean_height(const follower *f) {
  double sum = 0;
  for (uint32_t i = 0; i < f->count; i++) {
    sum += height(nth(f, i, f->line.frame), f->line.ns_per_frame);
  }
  return sum / f->count;
}

static bool is_below(place p, place from, place to) {
  double const slope = (to.ns - from.ns) / (to.frames - from.frames);
  return p.ns < from.ns + slope * (p.frames - from.frames);
}

/* The slope of the lower hull's edge over the middle of the points. */
static double hull_slope(const follower *f, uint64_t frame) {
  place hull[FOLLOWER_POINTS];
  uint32_t size = 0;
  double middle = 0;
  for (uint32_t i = 0; i < f->count; i++) {
    place const p = nth(f, i, frame);
    while (size >= 2 && !is_below(hull[size - 1], hull[size - 2], p)) size--;
    hull[size++] = p;
    middle += p.frames / f->count;
  }
  uint32_t end = 1;
  while (end + 1 < size && hull[end].frames <= middle) end++;
  place const from = hull[end - 1];
  return (hull[end].ns - from.ns) / (hull[end].frames - from.frames);
}

static double bounded_slope(const follower *f, double slope) {
  double const most = f->nominal * most_skew;
  if (slope > f->nominal + most) return f->nominal + most;
  return slope < f->nominal - most ? f->nominal - most : slope;
}

static double span(const follower *f, uint64_t frame) {
  return nth(f, f->count - 1, frame).frames - nth(f, 0, frame).frames;
}

/* Between what was believed and what the points say, which is worth the more the longer they span
 * and the less blocks are late by chance. */
static void learn_slope(follower *f, uint64_t frame, double mean_late_ns) {
  if (f->count < LEAST_TO_DRAW) return;
  follower_belief const before = f->before;
  double const noise = square(mean_late_ns * least_of_mean / span(f, frame));
  double const worth = before.variance / (before.variance + noise);
  double const drawn = bounded_slope(f, hull_slope(f, frame));
  f->now.slope = before.slope + (drawn - before.slope) * worth;
  f->now.variance = before.variance * (1 - worth);
}

void follower_redraw(follower *f, uint64_t frame) {
  double const mean_late_ns = (double)f->late_sum_ns / (double)f->marks;
  f->points[f->next] = f->least;
  f->next = (f->next + 1) % FOLLOWER_POINTS;
  if (f->count < FOLLOWER_POINTS) f->count++;
  learn_slope(f, frame, mean_late_ns);
  /* Rounded down: a line above its points would be pulled by them. */
  int64_t const low_ns = line_bounded(lowest(f, frame, f->now.slope)) - 1;
  f->line = (line){frame, f->line.time_ns + low_ns, f->now.slope};
  if (f->count >= LEAST_TO_DRAW) f->spread_ns = (int64_t)mean_height(f);
  begin_bucket(f);
}

void follower_break(follower *f, uint64_t frame, bool new_clock) {
  f->line = (line){frame, line_time_at(f->line, frame), f->line.ns_per_frame};
  forget_points(f);
  /* What was learned stays, but for what may change. */
  f->before = f->now;
  f->before.variance += square(f->nominal * doubt_of_learned);
  if (new_clock) {
    believe_nominal(f);
    f->line.ns_per_frame = f->nominal;
  }
  begin_bucket(f);
}
