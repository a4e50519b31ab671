// Layout: the names used, creators before what they created; the steps used; the levels; the rest.
#include "subtree_text.hpp"

#include <functional>
#include <map>

#include "bytes.hpp"

namespace heddle::explore {

namespace {

// Where this program's own addresses begin: objects with static storage are written relative to
// it, as programs are loaded at a different place each time.
extern "C" const char __executable_start;

std::uint64_t offset_of(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) -
         reinterpret_cast<std::uintptr_t>(&__executable_start);
}

const void* address_at(std::uint64_t offset) {
  return reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(&__executable_start) +
                                       offset);
}

constexpr std::uint64_t first_actor = main_actor + 1;
constexpr std::uint64_t first_object = nothing_object + 1;

class encoder {
 public:
  explicit encoder(const names& known) : known_(known) {}

  std::string whole(const subtree& part);

 private:
  using origin = names::origin;

  std::uint64_t actor(actor_id who);
  std::uint64_t object(object_id o);
  std::uint64_t step(const subtree& part, step_id s);
  void level(const subtree& part, const subtree::level& l);

  const names& known_;
  byte_writer names_;
  byte_writer steps_;
  byte_writer body_;
  std::uint64_t names_count_ = 0;
  std::map<actor_id, std::uint64_t> actors_;
  std::map<object_id, std::uint64_t> objects_;
  std::map<step_id, std::uint64_t> step_numbers_;
  std::uint64_t next_actor_ = first_actor;
  std::uint64_t next_object_ = first_object;
};

std::uint64_t encoder::actor(actor_id who) {
  if (who == no_actor) return 0;
  if (who < first_actor) return std::uint64_t{who} + 1;
  if (const auto at = actors_.find(who); at != actors_.end()) return at->second + 1;
  const origin from = known_.origin_of_actor(who);
  const std::uint64_t maker = from.of_object ? object(from.maker) : actor(from.maker);
  names_.number(from.of_object ? 1 : 0);
  names_.number(maker);
  names_.number(from.ordinal);
  ++names_count_;
  return (actors_[who] = next_actor_++) + 1;
}

std::uint64_t encoder::object(object_id o) {
  if (o < first_object) return o;
  if (const auto at = objects_.find(o); at != objects_.end()) return at->second;
  const origin from = known_.origin_of_object(o);
  if (from.address != nullptr) {
    names_.number(3);
    names_.number(offset_of(from.address));
  } else {
    const std::uint64_t maker = actor(from.maker);
    names_.number(from.within == 0 ? 2 : 4);
    names_.number(maker);
    names_.number(from.ordinal);
    if (from.within != 0) names_.number(from.within - 1);
  }
  ++names_count_;
  return objects_[o] = next_object_++;
}

std::uint64_t encoder::step(const subtree& part, step_id s) {
  if (const auto at = step_numbers_.find(s); at != step_numbers_.end()) return at->second;
  const action& what = part.actions[s];
  const std::uint64_t who = actor(what.who);
  const std::uint64_t partner = actor(what.partner);
  steps_.number(who);
  steps_.number(static_cast<std::uint32_t>(what.branch));
  steps_.number(partner);
  steps_.number(static_cast<std::uint32_t>(what.partner_branch));
  steps_.number(part.touches[s].size());
  for (const access& a : part.touches[s]) {
    const std::uint64_t o = object(a.object);
    const std::uint64_t slot = a.kind == access_kind::timer ? object(a.slot) : a.slot;
    steps_.number(o);
    steps_.number(static_cast<std::uint64_t>(a.kind));
    steps_.number(slot);
  }
  const std::uint64_t number = step_numbers_.size();
  return step_numbers_[s] = number;
}

void encoder::level(const subtree& part, const subtree::level& l) {
  body_.number(l.path.size());
  for (step_id s : l.path) body_.number(step(part, s));
  body_.number(l.cores.size());
  for (const subtree::core& c : l.cores) {
    body_.number(c.kept_below);
    body_.number(c.kept.size());
    for (std::uint32_t k : c.kept) body_.number(k);
    body_.number(step(part, c.last));
  }
}

std::string encoder::whole(const subtree& part) {
  body_.flag(part.begun);
  body_.number(part.levels.size());
  for (const subtree::level& l : part.levels) level(part, l);
  body_.number(part.panicking_groups.size());
  for (object_id o : part.panicking_groups) body_.number(object(o));
  byte_writer out;
  out.number(names_count_);
  out.text(names_.bytes());
  out.number(step_numbers_.size());
  out.text(steps_.bytes());
  out.text(body_.bytes());
  return out.take();
}

class decoder {
 public:
  explicit decoder(names& known) : known_(known) {}

  subtree whole(std::string_view bytes);

 private:
  void read_names(std::uint64_t count, std::string_view bytes);
  void read_steps(std::uint64_t count, std::string_view bytes);
  actor_id actor(std::uint64_t written) const;
  object_id object(std::uint64_t written) const;
  step_id step(byte_reader& in) const;
  subtree::level level(byte_reader& in) const;

  names& known_;
  std::vector<actor_id> actors_;
  std::vector<object_id> objects_;
  subtree part_;
};

actor_id decoder::actor(std::uint64_t written) const {
  if (written == 0) return no_actor;
  if (written - 1 < first_actor) return static_cast<actor_id>(written - 1);
  const std::uint64_t i = written - 1 - first_actor;
  if (i >= actors_.size()) throw bad_bytes("an actor is not among the names");
  return actors_[i];
}

object_id decoder::object(std::uint64_t written) const {
  if (written < first_object) return static_cast<object_id>(written);
  if (written - first_object >= objects_.size()) throw bad_bytes("an object is not among the names");
  return objects_[written - first_object];
}

void decoder::read_names(std::uint64_t count, std::string_view bytes) {
  byte_reader in(bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t kind = in.number();
    const std::uint64_t maker = in.number();
    if (kind == 3) {
      objects_.push_back(known_.object_at(address_at(maker)));
      continue;
    }
    const std::uint32_t ordinal = in.small_number();
    if (kind == 1)
      actors_.push_back(known_.timer_of(object(maker)));
    else if (kind == 0)
      actors_.push_back(known_.child_of(actor(maker), ordinal));
    else if (kind == 4)
      objects_.push_back(known_.object_within(actor(maker), ordinal, in.number()));
    else
      objects_.push_back(known_.object_of(actor(maker), ordinal));
  }
}

void decoder::read_steps(std::uint64_t count, std::string_view bytes) {
  byte_reader in(bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    action what;
    what.who = actor(in.number());
    what.branch = static_cast<std::int32_t>(in.small_number());
    what.partner = actor(in.number());
    what.partner_branch = static_cast<std::int32_t>(in.small_number());
    access_list touches(in.count());
    for (access& a : touches) {
      a.object = object(in.number());
      const std::uint64_t kind = in.number();
      if (kind > static_cast<std::uint64_t>(access_kind::everything))
        throw bad_bytes("an access is of an unknown kind");
      a.kind = static_cast<access_kind>(kind);
      a.slot = a.kind == access_kind::timer ? object(in.number()) : in.small_number();
    }
    part_.actions.push_back(what);
    part_.touches.push_back(std::move(touches));
  }
}

step_id decoder::step(byte_reader& in) const {
  const std::uint64_t s = in.number();
  if (s >= part_.actions.size()) throw bad_bytes("a step is not in the table");
  return static_cast<step_id>(s);
}

subtree::level decoder::level(byte_reader& in) const {
  subtree::level l;
  l.path.resize(in.count());
  for (step_id& s : l.path) s = step(in);
  l.cores.resize(in.count());
  if (l.cores.empty()) throw bad_bytes("a trace has nothing left to explore");
  for (subtree::core& c : l.cores) {
    c.kept_below = in.small_number();
    if (c.kept_below > l.path.size()) throw bad_bytes("a core is longer than its trace");
    c.kept.resize(in.count());
    for (std::uint32_t& k : c.kept) {
      k = in.small_number();
      if (k >= l.path.size()) throw bad_bytes("a core names a step that its trace has not");
    }
    c.last = step(in);
  }
  return l;
}

subtree decoder::whole(std::string_view bytes) {
  byte_reader in(bytes);
  const std::uint64_t names_count = in.number();
  read_names(names_count, in.text());
  const std::uint64_t steps_count = in.number();
  read_steps(steps_count, in.text());
  const std::string text = in.text();
  byte_reader body(text);
  part_.begun = body.flag();
  const std::size_t levels = body.count();
  for (std::size_t i = 0; i < levels; ++i) part_.levels.push_back(level(body));
  part_.panicking_groups.resize(body.count());
  for (object_id& o : part_.panicking_groups) o = object(body.number());
  return std::move(part_);
}

}  // namespace

std::string to_bytes(const subtree& part, const names& known) { return encoder(known).whole(part); }

subtree subtree_from(std::string_view bytes, names& known) { return decoder(known).whole(bytes); }

}  // namespace heddle::explore
