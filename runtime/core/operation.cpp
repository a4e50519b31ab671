#include "operation.hpp"

namespace heddle::core {

std::string_view describe(op_kind kind) noexcept {
  switch (kind) {
    case op_kind::start: return "start";
    case op_kind::nil_channel: return "use a nil channel";
    case op_kind::send: return "send";
    case op_kind::recv: return "receive";
    case op_kind::otherwise: return "take otherwise";
    case op_kind::close: return "close";
    case op_kind::try_close: return "cancel";
    case op_kind::is_closed: return "look whether closed";
    case op_kind::len: return "read the length";
    case op_kind::lock: return "lock";
    case op_kind::try_lock: return "try to lock";
    case op_kind::unlock: return "unlock";
    case op_kind::read_lock: return "read-lock";
    case op_kind::try_read_lock: return "try to read-lock";
    case op_kind::read_unlock: return "read-unlock";
    case op_kind::write_arrive: return "write-lock";
    case op_kind::write_lock: return "write-lock, once the readers have left";
    case op_kind::try_write_lock: return "try to write-lock";
    case op_kind::write_unlock: return "write-unlock";
    case op_kind::group_add: return "add";
    case op_kind::group_wait: return "wait";
    case op_kind::cond_wait: return "wait";
    case op_kind::cond_signal: return "signal";
    case op_kind::cond_broadcast: return "broadcast";
    case op_kind::cond_woken: return "be woken";
    case op_kind::once_begin: return "run once";
    case op_kind::once_end: return "finish once";
    case op_kind::atomic_load: return "load";
    case op_kind::atomic_store: return "store";
    case op_kind::atomic_update: return "update";
    case op_kind::atomic_compare: return "compare and swap";
    case op_kind::choose: return "choose";
    case op_kind::timer_arm: return "arm";
    case op_kind::timer_stop: return "stop";
    case op_kind::sleep: return "sleep";
    case op_kind::pause: return "yield";
    case op_kind::timer_fire: return "fire";
    case op_kind::clock_advance: return "advance";
    case op_kind::clock_read: return "read the time";
    case op_kind::observe_all: return "observe the program";
  }
  return "?";
}

}  // namespace heddle::core
