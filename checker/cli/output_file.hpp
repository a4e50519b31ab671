// Machine outputs: a file that is whole or not there, or standard output.
#pragma once

#include <string>

namespace heddle::cli {

class output_file {
 public:
  // Throws usage_error unless `path` can be written, so that nothing is explored in vain. "-" is
  // standard output; empty is no output at all.
  explicit output_file(std::string path);

  // Writes everything under a temporary name in the same directory, then renames. A device or a
  // pipe is written to directly. Throws usage_error.
  void write(const std::string& text) const;

  bool wanted() const { return !path_.empty(); }
  bool is_standard_output() const { return path_ == "-"; }

 private:
  std::string path_;
};

}  // namespace heddle::cli
