#include "pieces.h"

#include <stdbool.h>
#include <stdlib.h>

#include "ring.h"

/* So many ends may be shown while a reader copies one. */
enum { ENDS_KEPT = 16 };

struct pieces {
  ring *settled;
  ring *ends;
};

pieces *pieces_create(uint64_t most, const pieces_end *end) {
  pieces *p = calloc(1, sizeof *p);
  if (p == NULL) return NULL;
  p->settled = ring_create(most, sizeof(line));
  p->ends = ring_create(ENDS_KEPT, sizeof(pieces_end));
  if (p->settled == NULL || p->ends == NULL) {
    pieces_destroy(p);
    return NULL;
  }
  pieces_show(p, end);
  return p;
}

void pieces_destroy(pieces *p) {
  if (p == NULL) return;
  ring_destroy(p->settled, false);
  ring_destroy(p->ends, false);
  free(p);
}

void pieces_settle(pieces *p, line piece) { ring_write(p->settled, &piece, 1); }

void pieces_show(pieces *p, const pieces_end *end) { ring_write(p->ends, end, 1); }

/* Every piece before the end that is read here is settled, and can be seen. */
static pieces_end read_end(const pieces *p) {
  pieces_end end;
  uint32_t retries = 0;
  for (;;) {
    ring_span const span = ring_read_last(p->ends, 1, &end, &retries);
    if (span.end > span.start) return end;
  }
}

typedef struct place {
  uint64_t frame;
  int64_t time_ns;
  bool by_time;
} place;

static bool begins_by(line piece, const place *wanted) {
  return wanted->by_time ? piece.time_ns <= wanted->time_ns : piece.frame <= wanted->frame;
}

/* The last settled piece that begins by then, else the oldest there is; false where there is
 * none, or where those that were asked are overwritten. */
static bool search(const pieces *p, const place *wanted, line *found) {
  uint64_t first = ring_oldest(p->settled);
  uint64_t end = ring_written(p->settled);
  if (first >= end || ring_read(p->settled, first, first + 1, found) != RING_TRUE) return false;
  while (end - first > 1) {
    uint64_t const middle = first + (end - first) / 2;
    line piece;
    if (ring_read(p->settled, middle, middle + 1, &piece) != RING_TRUE) return false;
    if (begins_by(piece, wanted)) {
      first = middle;
      *found = piece;
    } else {
      end = middle;
    }
  }
  return true;
}

/* Where the end does not reach back to what is wanted. */
static line find(const pieces *p, const place *wanted, line end) {
  line found;
  while (ring_written(p->settled) != 0) {
    if (search(p, wanted, &found)) return found;
  }
  return end;
}

int64_t pieces_time_at(const pieces *p, uint64_t frame) {
  pieces_end const end = read_end(p);
  if (frame >= end.last.frame) {
    int64_t const time_ns = line_time_at(end.last, frame);
    return time_ns > end.least_ns ? time_ns : end.least_ns;
  }
  if (frame >= end.gap.frame) return line_time_at(end.gap, frame);
  place const wanted = {.frame = frame};
  return line_time_at(find(p, &wanted, end.gap), frame);
}

uint64_t pieces_frame_at(const pieces *p, int64_t time_ns) {
  pieces_end const end = read_end(p);
  if (time_ns >= end.last.time_ns && time_ns >= end.least_ns) {
    return line_frame_at(end.last, time_ns);
  }
  bool const is_gap = end.gap.frame < end.last.frame;
  if (is_gap && time_ns >= end.gap.time_ns) return line_frame_at(end.gap, time_ns);
  place const wanted = {.time_ns = time_ns, .by_time = true};
  return line_frame_at(find(p, &wanted, is_gap ? end.gap : end.last), time_ns);
}
