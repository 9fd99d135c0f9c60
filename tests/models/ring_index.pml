/*
 * The index logic of native/ring.c: which frame stands where, which are still there, and what a
 * reader is told. One writer that appends blocks, silence and wipes as it likes, one reader that
 * asks for any window there is or is not; every interleaving of their steps.
 *
 * A sample is a number: 1 more than its frame's, or 0 for silence. What is quoted from ring.c in
 * a comment stands there word by word; a test holds the two together. A BUG_* takes its place.
 */
#define CAPACITY 3
/* In all: nearly three times round. */
#ifndef MOST_FRAMES
#define MOST_FRAMES 8
#endif
#ifndef SILENCES
#define SILENCES 0
#endif
#ifndef WIPES
#define WIPES 0
#endif
#define MOST_BLOCK (CAPACITY + 2)
#define STEP 2
#define ATTEMPTS 2
#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define BEYOND(count) ((count) > CAPACITY -> (count) - CAPACITY : 0)
#define TRUE_OLDEST MAX(BEYOND(written), floor_frame)

byte claimed;
byte written;
byte floor_frame;
byte cells[2 * CAPACITY];

/* What is true, for the assertions alone. */
byte silent_from = MOST_FRAMES;
byte silent_to = MOST_FRAMES;
bool writing;
bool disturbed;

#define SAMPLE(frame) ((frame) >= silent_from && (frame) < silent_to -> 0 : (frame) + 1)

/* How a reader reads. */
mtype = { SPAN, LAST, PEEK };

/* Writer: puts `kept` frames before `end` where they belong, in pieces. */
inline store_frames() {
  do
  :: frame < end ->
    /* ring.c: for (uint64_t frame = end - kept; frame < end; frame += step) { */
    /* ring.c: uint64_t const frames = end - frame < step ? end - frame : step; */
    atomic {
      left = (silence -> MIN(end - frame, STEP) : end - frame);
      /* ring.c: size_t offset = (size_t)(frame % r->capacity) * r->frame_bytes; */
      offset = frame % CAPACITY
    }
    do
    :: left > 0 ->
      atomic {
        at = 0;
#ifdef BUG_NO_WRAP
        piece = left
#else
        /* ring.c: piece = bytes < half_bytes - offset ? bytes : half_bytes - offset; */
        piece = MIN(left, CAPACITY - offset)
#endif
      }
      do
      :: at < piece ->
        cells[offset + at] = (silence -> 0 : sample);
#ifndef BUG_NO_MIRROR
        /* ring.c: word *high = low + r->half_words; */
        cells[offset + at + CAPACITY] = (silence -> 0 : sample);
#endif
        atomic { at++; frame++; sample++ }
      :: else -> break
      od;
      atomic {
        left = left - piece;
#ifdef BUG_NO_CARRY
        offset = offset % CAPACITY
#else
        /* ring.c: offset = 0; */
        offset = 0
#endif
      }
    :: else -> break
    od
#ifdef BUG_SILENCE_HAS_HOLES
    ;
    if
    :: silence -> frame = frame + STEP
    :: else
    fi
#endif
  :: else -> break
  od
}

/* Writer: a block of `count` frames. */
inline append() {
  end = written + count;
#ifndef BUG_CLAIM_AFTER
  /* ring.c: atomic_store_explicit(&r->claimed, start + count, memory_order_relaxed); */
  claimed = end;
#endif
  atomic {
    /* ring.c: uint64_t const kept = count < r->capacity ? count : r->capacity; */
    kept = MIN(count, CAPACITY);
    frame = end - kept;
#ifdef BUG_KEEPS_OLDEST
    sample = end - count + 1
#else
    /* ring.c: (const unsigned char *)frames + (count - kept) * r->frame_bytes, */
    sample = end - kept + 1
#endif
  }
  store_frames();
#ifdef BUG_CLAIM_AFTER
  claimed = end;
#endif
  atomic {
    /* ring.c: publish(r, end); */
    written = end;
    writing = false
  }
}

/* Writer: forgets, and zeroes the memory. */
inline wipe() {
#ifndef BUG_FORGETS_LATE
  /* ring.c: atomic_store_explicit(&r->floor, ring_written(r), memory_order_relaxed); */
  floor_frame = written;
#endif
  /* ring.c: for (size_t i = 0; i < 2 * r->half_words; i++) store_word(r->words + i, 0); */
  at = 0;
  do
  :: at < 2 * CAPACITY -> cells[at] = 0; at++
  :: else -> break
  od;
#ifdef BUG_FORGETS_LATE
  floor_frame = written;
#endif
  writing = false
}

proctype writer() {
  byte count, end, kept, frame, sample, left, offset, piece, at;
  bool silence, wiped;

  do
  :: atomic {
      written < MOST_FRAMES ->
      select(count: 1 .. MOST_BLOCK);
      count = MIN(count, MOST_FRAMES - written);
      writing = true;
      disturbed = true;
      if
      :: silence = false
      :: SILENCES && silent_from == MOST_FRAMES ->
        silence = true;
        silent_from = written;
        silent_to = written + count
      fi
    }
    append();
    atomic { count = 0; end = 0; kept = 0; frame = 0; sample = 0; left = 0; offset = 0; piece = 0;
             at = 0; silence = false }
  :: atomic {
      WIPES && !wiped && written > 0 ->
      wiped = true;
      writing = true;
      disturbed = true
    }
    wipe();
    at = 0
  :: break
  od
}

/* Reader: what ring_oldest returns, into `oldest`. */
inline look_oldest() {
  /* ring.c: uint64_t const claimed = atomic_load_explicit(&r->claimed, memory_order_relaxed); */
  seen = claimed;
  atomic {
    /* ring.c: uint64_t const overwritten = claimed > r->capacity ? claimed - r->capacity : 0; */
#ifdef BUG_ONE_MORE
    oldest = BEYOND(seen);
    oldest = (oldest > 0 -> oldest - 1 : 0);
#else
#ifdef BUG_ONE_LESS
    oldest = (seen > CAPACITY -> seen - CAPACITY + 1 : 0);
#else
    oldest = (seen > CAPACITY -> seen - CAPACITY : 0);
#endif
#endif
#ifndef BUG_NO_FLOOR
    /* ring.c: return overwritten > floor ? overwritten : floor; */
    oldest = MAX(oldest, floor_frame);
#endif
    seen = 0
  }
}

/* Reader: copies [start, end), of which one frame is looked at: any. */
inline copy() {
  atomic {
    place = 0;
    do
    :: start + place + 1 < end -> place++
    :: break
    od;
    if
    :: start < end ->
      /* ring.c: load(r, start, out, (size_t)((end - start) * r->frame_bytes)); */
      sample = cells[start % CAPACITY + place]
    :: else
    fi
  }
}

/* What was accepted: `place` frames from `start` on is `sample`. */
inline accept() {
  assert(end <= written);
  assert(end - start <= CAPACITY);
  assert(start >= floor_before || start == end);
  assert(start >= floor_frame || end <= floor_frame);
  if
  :: start + place < end -> assert(sample == SAMPLE(start + place))
  :: else
  fi
}

/* Reader: ring_read. */
inline read_span() {
  if
  /* ring.c: if (end > ring_written(r)) return RING_FUTURE; */
  :: end > written
  :: else ->
    look_oldest();
    if
    /* ring.c: if (start < ring_oldest(r)) return RING_OVERWRITTEN; */
    :: start < oldest -> assert(disturbed || start < TRUE_OLDEST)
    :: else ->
      copy();
      look_oldest();
      atomic {
        if
        /* ring.c: return start >= oldest_true(r) ? RING_TRUE : RING_OVERWRITTEN; */
        :: start >= oldest -> assert(disturbed || start >= TRUE_OLDEST); accept()
        :: else -> assert(disturbed)
        fi
      }
    fi
  fi
}

/* Reader: ring_read_last. */
inline read_last() {
  /* ring.c: if (frames > r->capacity) frames = r->capacity; */
  frames = MIN(frames, CAPACITY);
  do
  ::
#ifdef BUG_READS_CLAIMED
    end = claimed;
#else
    /* ring.c: uint64_t const end = ring_written(r); */
    end = written;
#endif
    look_oldest();
    atomic {
      /* ring.c: uint64_t start = end > frames ? end - frames : 0; */
      start = (end > frames -> end - frames : 0);
#ifndef BUG_NO_START_CLAMP
      /* ring.c: if (start < oldest) start = oldest < end ? oldest : end; */
      start = (start < oldest -> MIN(oldest, end) : start)
#endif
    }
    copy();
    /* ring.c: uint64_t const still = oldest_true(r); */
    look_oldest();
    if
    /* ring.c: if (start >= still) return (ring_span){start, end}; */
    :: start >= oldest ->
      atomic {
        assert(disturbed || end == written);
        assert(disturbed || end - start == MIN(frames, written - TRUE_OLDEST));
        accept()
      }
      break
    :: else ->
      assert(disturbed);
      attempt++;
      assert(attempt <= ATTEMPTS);
      if
#ifdef BUG_TRIES_ON
      :: true
#else
      /* ring.c: if (attempt + 1 < READ_ATTEMPTS) continue; */
      :: attempt < ATTEMPTS
#endif
      :: else ->
        atomic {
          /* ring.c: uint64_t const kept = still < end ? still : end; */
          oldest = MIN(oldest, end);
#ifndef BUG_NO_MOVE
          /* ring.c: memmove(out, (unsigned char *)out + (kept - start) * r->frame_bytes, */
          place = (start + place >= oldest -> start + place - oldest : end);
#endif
          start = oldest;
          accept()
        }
        break
      fi
    fi
  od
}

/* Reader: looks at the memory itself, and then whether it held. */
inline peek() {
  end = written;
  start = (end > frames -> end - frames : 0);
  copy();
  look_oldest();
  atomic {
    if
    /* ring.c: bool ring_holds(const ring *r, uint64_t start) { return start >= oldest_true(r); } */
    :: start >= oldest -> accept()
    :: else -> assert(disturbed || start < TRUE_OLDEST)
    fi
  }
}

proctype reader() {
  byte start, end, frames, place, sample, seen, oldest, attempt, floor_before;
  mtype way;

  do
  :: atomic {
      disturbed = writing;
      floor_before = floor_frame;
      select(frames: 0 .. CAPACITY + 1);
      if
      :: way = SPAN;
        select(start: 0 .. MOST_FRAMES);
        end = start + frames
      :: way = LAST
      :: frames <= CAPACITY -> way = PEEK
      fi
    }
    if
    :: way == SPAN -> read_span()
    :: way == LAST -> read_last()
    :: way == PEEK -> peek()
    fi;
    atomic { start = 0; end = 0; frames = 0; place = 0; sample = 0; seen = 0; oldest = 0;
             attempt = 0; floor_before = 0; way = 0 }
  od
}

init {
  atomic { run writer(); run reader() }
}
