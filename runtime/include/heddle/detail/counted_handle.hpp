// Shares ownership of what counts its owners itself, by retain() and release() of a pointer to it,
// which may be null.
#pragma once

#include <utility>

namespace heddle::detail {

template <class T>
class counted_handle {
 public:
  counted_handle() = default;
  explicit counted_handle(T* adopted) noexcept : owned_(adopted) {}
  counted_handle(const counted_handle& other) noexcept : owned_(other.owned_) { retain(owned_); }
  counted_handle(counted_handle&& other) noexcept : owned_(std::exchange(other.owned_, nullptr)) {}
  counted_handle& operator=(counted_handle other) noexcept {
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~counted_handle() { release(owned_); }
  T* get() const noexcept { return owned_; }

 private:
  T* owned_ = nullptr;
};

}  // namespace heddle::detail
