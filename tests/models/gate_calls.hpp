/*
 * Stands in one namespace with a translated gate.h, and hands it out as a gate_calls: no include
 * guard, as there are several, each with another defect.
 */
static gate *gate_at(void *g) { return static_cast<gate *>(g); }

static const gate_calls calls = {
    []() -> void * { return new ((std::malloc)(sizeof(gate))) gate(); },
    [](void *g) {
      gate_at(g)->~gate();
      (std::free)(g);
    },
    [](void *g) { return gate_enter(gate_at(g)); },
    [](void *g) { gate_leave(gate_at(g)); },
    [](void *g) { gate_shut(gate_at(g)); },
    [](void *g) { gate_open(gate_at(g)); },
};
