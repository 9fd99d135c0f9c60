#include "sinc.h"

#include <math.h>

/* Half the length of the sinc, in frames of the lower rate. */
enum { HALF_LENGTH = 64 };
/* Its middle between what passes and what does not, as a part of the lower rate. All above half of
 * that rate would come out as something else: from there on nothing passes. */
static const double cutoff = 0.47;
/* Kaiser's, for 120 dB. */
static const double window_shape = 12.265;
/* Tables beyond this length have fewer phases than there are places. */
enum { MOST_FLOATS = 1 << 19 };
/* Phases to a frame of the lower rate, where they are fewer than the places: a straight line between
 * two is wrong by 130 dB less than what passes. */
enum { PHASES = 1024 };
/* As many at a time as make good vectors. */
enum { LANES = 8 };

static const double pi = 3.14159265358979323846;

static uint64_t common_divisor(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* How many frames of what is given make one of the lower rate. */
static double stretch(const sinc *s) {
  return s->from_rate > s->to_rate ? (double)s->from_rate / (double)s->to_rate : 1;
}

sinc sinc_between(uint32_t from_rate, uint32_t to_rate) {
  uint64_t const common = common_divisor(from_rate, to_rate);
  sinc s = {.from_rate = from_rate / common, .to_rate = to_rate / common};
  s.margin = (size_t)ceil(HALF_LENGTH * stretch(&s));
  s.taps = (2 * s.margin + LANES - 1) / LANES * LANES;
  s.exact = s.to_rate <= MOST_FLOATS / s.taps;
  s.phases = s.exact ? (size_t)s.to_rate : (size_t)ceil(PHASES / stretch(&s));
  return s;
}

/* One phase more than there are: the last place lies before it. */
size_t sinc_table_length(const sinc *s) { return (s->phases + !s->exact) * s->taps; }

/* Bessel's function of the first kind and order 0, of an imaginary argument. */
static double bessel(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > sum * 1e-12; k++) {
    double const factor = x / (2 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

/* The sinc at so many frames of the lower rate from its middle. */
static double windowed(double frames) {
  double const edge = frames / HALF_LENGTH;
  if (edge <= -1 || edge >= 1) return 0;
  double const angle = 2 * pi * cutoff * frames;
  double const value = angle == 0 ? 1 : sin(angle) / angle;
  return value * bessel(window_shape * sqrt(1 - edge * edge));
}

void sinc_fill_table(const sinc *s, float *table) {
  double const frame = 1 / stretch(s);
  for (size_t phase = 0; phase < s->phases + !s->exact; phase++) {
    float *row = table + phase * s->taps;
    double const part = (double)phase / (double)s->phases;
    double sum = 0;
    for (size_t tap = 0; tap < s->taps; tap++) {
      double const distance = (double)tap - (double)(s->margin - 1) - part;
      double const value = tap < 2 * s->margin ? windowed(distance * frame) : 0;
      row[tap] = (float)value;
      sum += value;
    }
    /* Silence with an offset is to have the same offset at every phase. */
    for (size_t tap = 0; tap < s->taps; tap++) row[tap] = (float)(row[tap] / sum);
  }
}

sinc_place sinc_place_of(const sinc *s, uint64_t result_frame) {
  uint64_t const periods = result_frame / s->to_rate;
  uint64_t const rest = result_frame % s->to_rate * s->from_rate;
  return (sinc_place){
      .frame = periods * s->from_rate + rest / s->to_rate,
      .part = rest % s->to_rate,
  };
}

static float product(const float *row, const float *samples, size_t taps) {
  float sums[LANES] = {0};
  for (size_t tap = 0; tap < taps; tap += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] += row[tap + (size_t)lane] * samples[tap + (size_t)lane];
    }
  }
  float const first = (sums[0] + sums[4]) + (sums[1] + sums[5]);
  return first + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

float sinc_sample(const sinc *s, const float *table, uint64_t part, const float *around) {
  if (s->exact) return product(table + part * s->taps, around, s->taps);
  double const place = (double)part / (double)s->to_rate * (double)s->phases;
  double const before = floor(place);
  const float *row = table + (size_t)before * s->taps;
  float const at = product(row, around, s->taps);
  float const next = product(row + s->taps, around, s->taps);
  return at + (float)(place - before) * (next - at);
}
