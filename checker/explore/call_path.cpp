#include "call_path.hpp"

#include <unwind.h>

namespace heddle::explore {

namespace {

struct walk {
  std::uintptr_t bottom;
  call_path path;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* frame, void* into) {
  walk& w = *static_cast<walk*>(into);
  if (_Unwind_GetCFA(frame) > w.bottom) return _URC_END_OF_STACK;
  w.path = (w.path ^ _Unwind_GetIP(frame)) * 0x9e3779b97f4a7c15U;
  w.path ^= w.path >> 29;
  return _URC_NO_REASON;
}

}  // namespace

call_path current_call_path(const void* bottom) {
  walk w{reinterpret_cast<std::uintptr_t>(bottom), 0};
  _Unwind_Backtrace(&add_frame, &w);
  return w.path;
}

}  // namespace heddle::explore
