#include "written_trace.hpp"

#include <algorithm>

namespace explore = heddle::explore;

written_trace::written_trace() {
  t.actors.resize(2);
  t.actors[explore::main_actor].id = explore::main_actor;
}

written_trace::actor_id written_trace::goroutine(const std::string& name) {
  const auto id = static_cast<actor_id>(t.actors.size());
  explore::actor_info info;
  info.id = id;
  info.parent = explore::main_actor;
  info.ordinal = id - explore::main_actor;
  info.name = name;
  info.created_at = heddle::place::current();
  t.actors.push_back(info);
  return id;
}

written_trace::object_id written_trace::object(const char* what) {
  const auto id = static_cast<object_id>(std::max<std::size_t>(t.objects.size(), 3));
  t.objects.resize(id + 1);
  t.objects[id] = {id, what, explore::main_actor, id, heddle::place::current()};
  return id;
}

void written_trace::announce(actor_id who, op_kind kind, object_id o, std::uint64_t value) {
  explore::announcement made;
  made.first_offer = static_cast<std::uint32_t>(t.offers.size());
  made.offer_count = 1;
  explore::operation op;
  op.kind = kind;
  op.object = o;
  op.value = value;
  op.at = heddle::place::current();
  t.offers.push_back(op);
  t.actors[who].announced.push_back(made);
  t.actors[who].waiting = true;
}

explore::event& written_trace::add_event(actor_id who) {
  explore::event e;
  e.what.who = who;
  e.op = t.offers[t.actors[who].announced.back().first_offer];
  e.position = static_cast<std::uint32_t>(t.actors[who].announced.size() - 1);
  t.actors[who].waiting = false;
  t.events.push_back(e);
  return t.events.back();
}

void written_trace::performs(actor_id who, op_kind kind, object_id o, std::uint64_t value) {
  announce(who, kind, o, value);
  add_event(who);
}

void written_trace::waits(actor_id who, op_kind kind, object_id o) { announce(who, kind, o, 0); }

void written_trace::also_offers(actor_id who, op_kind kind, object_id o) {
  explore::operation op = t.offers.back();
  op.kind = kind;
  op.object = o;
  op.branch += 1;
  t.offers.push_back(op);
  ++t.actors[who].announced.back().offer_count;
}

void written_trace::meets(actor_id sender, actor_id receiver, object_id channel) {
  announce(receiver, op_kind::recv, channel, 0);
  announce(sender, op_kind::send, channel, 0);
  explore::event& e = add_event(sender);
  e.what.partner = receiver;
  e.partner_position = static_cast<std::uint32_t>(t.actors[receiver].announced.size() - 1);
  t.actors[receiver].waiting = false;
}

void written_trace::finishes(actor_id who) {
  t.actors[who].status = explore::actor_status::finished;
  if (who == explore::main_actor) t.main_returned = true;
}

void written_trace::notes(actor_id who, heddle::panic_kind kind, bool uncaught,
                          const std::string& message) {
  t.notes.push_back({kind, uncaught, message, heddle::place::current(), who,
                     static_cast<std::uint32_t>(t.events.size())});
  if (uncaught) t.actors[who].status = explore::actor_status::panicked;
  t.ended = explore::ending::stopped;
}
