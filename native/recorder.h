/* The recorder: a source, its ring and its clock, opened, paused and closed as one. */
#ifndef RECORDER_H
#define RECORDER_H

#include "capture.h"
#include "source.h"

struct micring {
  source *source;
  ring *ring;
  ring *gaps;
  timeline *timeline;
  capture *capture;
  uint64_t window;
  /* Of those who hold it: see holds.h. */
  uint32_t holders;
  bool keep_samples;
  /* Of a push: the tick of the coarse clock, and what the fine one said then. */
  int64_t push_tick_ns;
  int64_t push_now_ns;
  /* Stored by control calls; any thread may ask. */
  _Atomic bool paused;
  _Atomic uint64_t retries;
};

/* Control: takes the source over, whatever comes of it; `seconds` is the window, `settle_ns` how
 * long it may take to deliver its first frame (0: do not wait). */
int32_t recorder_open(source *s, double seconds, int64_t settle_ns, micring **out, char *error);
void recorder_close(micring *m, bool keep_samples);

/* Control: no more is recorded; what the ring holds can still be read. Before recorder_close. */
void recorder_retire(micring *m);

bool recorder_paused(const micring *m);

int32_t recorder_push(micring *m, const void *samples, uint64_t frames);
int32_t recorder_pause(micring *m);
int32_t recorder_resume(micring *m, char *error);
void recorder_wipe(micring *m);

/* Read: copies exactly a span; what the ring says of it. */
ring_verdict recorder_read(micring *m, ring_span span, void *out);

/* Read: copies the newest frames, at most as many as asked, and says which they are. */
ring_span recorder_read_last(micring *m, uint64_t frames, void *out);

/* Read: by how much the wall clock is ahead of the timeline's clock now. */
int64_t recorder_wall_offset_ns(void);

/* Read: by how much a frame's time may be wrong, either way. */
int64_t recorder_uncertainty_ns(const micring *m);

#endif
