#include "unfinished.hpp"

#include "detect.hpp"
#include "executor.hpp"
#include "words.hpp"

namespace heddle::detect {

namespace {

checker::goroutine_report running(std::string name) {
  checker::goroutine_report report;
  report.name = std::move(name);
  report.state = "running";
  return report;
}

}  // namespace

checker::failure retell(const std::function<void()>& body, const explore::schedule& partial,
                        const checker::options& how) {
  checker::failure told;
  if (partial.steps == 0) {  // main, before its first operation
    told.goroutines.push_back(running("main"));
    return told;
  }
  explore::replay_strategy follower(partial, partial.steps - 1);
  checker::executor once(body, how);
  const explore::trace& t = once.follow(partial, follower);
  told.story = story(t);
  if (!follower.stopped_at()) return told;
  const auto& [what, op] = *follower.stopped_at();
  checker::story_line last;
  last.who = explore::actor_name(t, what.who);
  last.what = words(t, op, true);
  if (what.partner != explore::no_actor) last.partner = explore::actor_name(t, what.partner);
  last.at = explore::place_name(op.at);
  checker::goroutine_report who = running(last.who);
  who.created_at = describe(t, what.who, "").created_at;
  who.at = last.at;  // it did not come back from there
  told.goroutines.push_back(std::move(who));
  told.story.push_back(std::move(last));
  return told;
}

}  // namespace heddle::detect
