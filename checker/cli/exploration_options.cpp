#include "exploration_options.hpp"

#include "exit_status.hpp"
#include "factory.hpp"

namespace heddle::cli {

checker::options options_for(const model& m, const command_line& line) {
  const model_options& wish = m.options();
  checker::options how;
  how.program = m.name();
  if (!wish.strategy.empty()) how.strategy = wish.strategy;
  if (line.strategy) how.strategy = *line.strategy;
  const bool automatic = how.strategy == "auto";
  if (!automatic && explore::make_strategy(how.strategy) == nullptr)
    throw usage_error("model " + m.name() + " asks for a strategy that does not exist: " +
                      how.strategy + "; there are " + explore::strategy_list() + ", auto");
  const std::string time = line.time.value_or(wish.time);
  if (!time.empty() && time != "free" && time != "idle")
    throw usage_error("model " + m.name() +
                      " asks for a meaning of time that does not exist: " + time);
  how.idle_time = time == "idle";
  if (line.command == command::check && line.seed && !automatic && !explore::is_sampling(how.strategy))
    throw usage_error("--seed is for a sampling strategy, but " + m.name() + " is explored by " +
                      how.strategy + "; add --strategy random");
  if (line.pct_depth && !automatic && how.strategy != "pct")
    throw usage_error("--pct-depth is for the strategy pct, but " + m.name() + " is explored by " +
                      how.strategy + "; add --strategy pct");
  how.pct_depth = line.pct_depth.value_or(how.pct_depth);
  how.seed = line.seed.value_or(0);
  how.max_executions = line.max_executions.value_or(wish.max_executions);
  if (line.max_steps)
    how.max_steps = *line.max_steps;
  else if (wish.max_steps != 0)
    how.max_steps = wish.max_steps;
  how.preemptions = line.preemptions;
  how.max_seconds = line.max_seconds.value_or(0);
  how.keep_going = line.keep_going;
  how.count_traces = line.count_traces;
  return how;
}

}  // namespace heddle::cli
