#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "exit_status.hpp"

namespace heddle::cli {

namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw usage_error("cannot write " + path + ": " + std::strerror(errno));
}

// A device or a pipe: it cannot be replaced.
bool is_special(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

// The file that is to be replaced: a symbolic link stays one.
std::string resolved(const std::string& path) {
  std::error_code ignored;
  const auto target = std::filesystem::canonical(path, ignored);
  return ignored ? path : target.string();
}

// A new file beside `path`; its name is left in `name`.
int open_temporary(const std::string& path, std::string& name) {
  std::vector<char> pattern(path.begin(), path.end());
  for (char c : {'.', 'X', 'X', 'X', 'X', 'X', 'X', '\0'}) pattern.push_back(c);
  const int file = mkstemp(pattern.data());
  if (file < 0) refuse(path);
  name = pattern.data();
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(file, 0666 & ~mask);
  return file;
}

bool write_all(int file, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) written += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

output_file::output_file(std::string path) : path_(std::move(path)) {
  if (!wanted() || is_standard_output()) return;
  path_ = resolved(path_);
  struct stat found {};
  if (stat(path_.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) {
      errno = EISDIR;
      refuse(path_);
    }
    if (access(path_.c_str(), W_OK) != 0) refuse(path_);
    if (is_special(path_)) return;
  }
  std::string name;
  close(open_temporary(path_, name));
  unlink(name.c_str());
}

void output_file::write(const std::string& text) const {
  if (!wanted()) return;
  if (is_standard_output()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) refuse("standard output");
    return;
  }
  std::string name;
  const bool direct = is_special(path_);
  const int file = direct ? open(path_.c_str(), O_WRONLY) : open_temporary(path_, name);
  bool done = file >= 0 && write_all(file, text) && (direct || fsync(file) == 0);
  done = (file < 0 || close(file) == 0) && done;
  if (done && !direct) done = std::rename(name.c_str(), path_.c_str()) == 0;
  if (done) return;
  const int why = errno;
  if (!name.empty()) unlink(name.c_str());
  errno = why;
  refuse(path_);
}

}  // namespace heddle::cli
