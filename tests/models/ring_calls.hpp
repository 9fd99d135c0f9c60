/*
 * Stands in one namespace with a translated ring.c, and hands it out as a ring_calls: no include
 * guard, as there are several, each with another defect.
 */
static ring *ring_at(void *r) { return static_cast<ring *>(r); }

static void unmake(void *of) {
  ring *r = ring_at(of);
  for (size_t i = 0; i < 2 * r->half_words; i++) r->words[i].~word();
  (std::free)(static_cast<void *>(r->words));
  r->~ring();
  (std::free)(r);
}

static uint64_t oldest_now(void *of) {
  const ring *r = ring_at(of);
  uint64_t const claimed = r->claimed.debug_value();
  uint64_t const floor = r->floor.debug_value();
  uint64_t const overwritten = claimed > r->capacity ? claimed - r->capacity : 0;
  return overwritten > floor ? overwritten : floor;
}

static bool read_true(void *r, uint64_t start, uint64_t end, void *out, bool *overwritten) {
  ring_verdict const verdict = ring_read(ring_at(r), start, end, out);
  *overwritten = verdict == RING_OVERWRITTEN;
  return verdict == RING_TRUE;
}

static ::span read_last(void *r, uint64_t frames, void *out) {
  uint32_t retries = 0;
  ring_span const span = ring_read_last(ring_at(r), frames, out, &retries);
  return {span.start, span.end};
}

static const ring_calls calls = {
    [](uint64_t frames, uint32_t bytes) -> void * { return ring_create(frames, bytes); },
    unmake,
    [](void *r, const void *frames, uint64_t count) { ring_write(ring_at(r), frames, count); },
    [](void *r, uint64_t count) { ring_write_silence(ring_at(r), count); },
    [](void *r) { ring_forget(ring_at(r)); },
    [](void *r) { ring_wipe(ring_at(r)); },
    [](void *r, uint64_t count) { ring_skip(ring_at(r), count); },
    [](void *r) { return ring_written(ring_at(r)); },
    [](void *r, uint64_t start) { return ring_holds(ring_at(r), start); },
    read_true,
    read_last,
    [](void *r, size_t at) { return ring_at(r)->words[at].load(mo_relaxed, $); },
    oldest_now,
};
