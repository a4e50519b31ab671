// Errors as values, after Go's error (https://pkg.go.dev/errors).
//
//   const heddle::error not_found("not found");                 // errors.New
//   heddle::error e("open config: not found", not_found);       // fmt.Errorf("...: %w", not_found)
//   if (e) std::puts(e.message().c_str());                      // if err != nil
//   if (e.is(not_found)) create();                              // errors.Is
//
// A default-constructed error is nil: no error. Two errors are equal when they are copies of one,
// not when their messages agree. Copying is cheap; errors are immutable and may cross goroutines.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace heddle {

class error {
 public:
  error() = default;  // nil
  explicit error(std::string message);
  // An error that wraps `inner`: it is() whatever inner is().
  error(std::string message, error inner);

  explicit operator bool() const noexcept { return content_ != nullptr; }
  // What went wrong; empty for nil.
  const std::string& message() const noexcept;
  // The error that this one wraps; nil if it wraps none.
  error unwrap() const noexcept;
  // Whether this error, or one that it wraps, is `target`. Nil is nil only.
  bool is(const error& target) const noexcept;

  friend bool operator==(const error& a, const error& b) noexcept = default;

 private:
  struct content;
  std::shared_ptr<const content> content_;
};

struct error::content {
  std::string message;
  error inner;
};

inline error::error(std::string message) : error(std::move(message), error()) {}

inline error::error(std::string message, error inner)
    : content_(std::make_shared<const content>(content{std::move(message), std::move(inner)})) {}

inline const std::string& error::message() const noexcept {
  static const std::string none;
  return content_ == nullptr ? none : content_->message;
}

inline error error::unwrap() const noexcept {
  return content_ == nullptr ? error() : content_->inner;
}

inline bool error::is(const error& target) const noexcept {
  const error* e = this;
  while (*e != target) {
    if (!*e || !e->content_->inner) return false;
    e = &e->content_->inner;
  }
  return true;
}

}  // namespace heddle
