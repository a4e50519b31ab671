#include "factory.hpp"
#include "run_state.hpp"
#include "sequencer.hpp"

namespace heddle::oracle {

exploration explore_program(const program& p, const std::string& strategy_name,
                            std::uint64_t max_executions) {
  const std::unique_ptr<explore::strategy> s =
      explore::make_strategy(strategy_name, {.seed = 1, .max_executions = max_executions});
  return explore_program(p, *s, max_executions);
}

exploration explore_program(const program& p, explore::strategy& s,
                            std::uint64_t max_executions) {
  explore::sequencer engine;
  explore::execution_limits limits;
  limits.stop_at_failure = false;
  exploration sum;
  std::shared_ptr<run_state> last;
  const std::function<void()> body = p.body(last);
  while ((max_executions == 0 || sum.explored < max_executions) && s.begin()) {
    // The state is read when the program has come to rest, before its goroutines are unwound.
    const explore::trace& t = engine.run(body, s, limits);
    if (t.ended != explore::ending::abandoned) {
      ++sum.explored;
      for (const explore::race& r : t.races) {
        const std::string a = place_of_instruction(r.first.code);
        const std::string b = place_of_instruction(r.second.code);
        sum.races.insert(a < b ? a + " " + b : b + " " + a);
      }
      const outcome o = program::outcome_of(*last);
      sum.stuck += o.stuck;
      sum.panicked += o.panicked;
      sum.assert_failed += o.assert_failed;
      sum.assume_failed += o.assume_failed;
      sum.all_states.insert(o.state);
      if (o.stuck) {
        ++sum.stuck_sets[o.stuck_set];
        sum.stuck_states.insert(o.state);
      } else if (!o.assume_failed) {
        sum.final_states.insert(o.state);
      }
    }
    s.end(t);
  }
  sum.nondeterminism = s.nondeterminism();
  sum.redundant = s.redundant();
  sum.exhausted = s.exhausted();
  return sum;
}

}  // namespace heddle::oracle
