#include "source_lines.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "trace.hpp"

namespace heddle::detect {

namespace {

struct frame {
  std::string function;
  std::string file;
  unsigned line = 0;
};

// What an address stands for: itself, innermost, and what it is inlined into.
struct code_place {
  std::vector<frame> frames;
  std::string unknown;  // what to say where there is no line
};

bool is_library(const frame& f) {
  const std::string_view file = f.file;
  for (const char* inside : {"heddle::explore::", "heddle::core::", "heddle::checker::"})
    if (f.function.starts_with(inside)) return true;
  return file.starts_with("/usr/") || file.find("/include/heddle/") != std::string_view::npos ||
         file.find("/include/c++/") != std::string_view::npos;
}

std::string shown(const frame& f) {
  std::string_view file = f.file;
  if (const std::size_t slash = file.rfind('/'); slash != std::string_view::npos) {
    const std::size_t before = slash == 0 ? std::string_view::npos : file.rfind('/', slash - 1);
    file.remove_prefix(before == std::string_view::npos ? slash + 1 : before + 1);
  }
  return std::string(file) + ":" + std::to_string(f.line);
}

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

struct close_pipe {
  void operator()(std::FILE* f) const { pclose(f); }
};

std::vector<frame> ask_addr2line(const std::string& program, std::uintptr_t address) {
  char shown_address[32];
  std::snprintf(shown_address, sizeof shown_address, "0x%zx", static_cast<std::size_t>(address));
  const std::string command =
      "addr2line -Cfi -e " + quoted(program) + " " + shown_address + " 2>/dev/null";
  const std::unique_ptr<std::FILE, close_pipe> pipe(popen(command.c_str(), "r"));
  std::vector<frame> frames;
  if (pipe == nullptr) return frames;
  std::string text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get()))
    text.append(buffer, n);
  std::string_view rest = text;
  const auto line = [&rest] {
    const std::string_view found = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(found.size() + 1, rest.size()));
    return found;
  };
  while (!rest.empty()) {
    frame f;
    f.function = line();
    const std::string_view place = line();  // "file:12 (discriminator 3)", "??:0"
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos || place.starts_with("??")) continue;
    f.file = place.substr(0, colon);
    const std::string number(place.substr(colon + 1));
    f.line = static_cast<unsigned>(std::strtoul(number.c_str(), nullptr, 10));
    if (f.line != 0) frames.push_back(std::move(f));
  }
  return frames;
}

// A module's file; that of the program itself is not what it was started as.
std::string file_of(const Dl_info& module, const link_map& loaded) {
  if (*loaded.l_name != '\0') return module.dli_fname;
  return "/proc/" + std::to_string(getpid()) + "/exe";
}

code_place look_up(const void* return_address) {
  const auto address = reinterpret_cast<std::uintptr_t>(return_address) - 1;  // within the call
  code_place found;
  Dl_info module{};
  link_map* loaded = nullptr;
  if (dladdr1(reinterpret_cast<const void*>(address), &module, reinterpret_cast<void**>(&loaded),
              RTLD_DL_LINKMAP) == 0 || module.dli_fbase == nullptr) {
    found.unknown = "?";
    return found;
  }
  const auto base = reinterpret_cast<std::uintptr_t>(module.dli_fbase);
  const bool fixed = static_cast<const Elf64_Ehdr*>(module.dli_fbase)->e_type == ET_EXEC;
  found.frames = ask_addr2line(file_of(module, *loaded), fixed ? address : address - base);
  std::string_view name = module.dli_fname;
  name.remove_prefix(name.rfind('/') + 1);
  char offset[32];
  std::snprintf(offset, sizeof offset, "+0x%zx", static_cast<std::size_t>(address - base));
  found.unknown = std::string(name) + offset;
  return found;
}

const code_place& place_of(const void* return_address) {
  static std::map<const void*, code_place> known;
  const auto [at, fresh] = known.try_emplace(return_address);
  if (fresh) at->second = look_up(return_address);
  return at->second;
}

const frame* own_frame(const code_place& p) {
  for (const frame& f : p.frames)
    if (!is_library(f)) return &f;
  return nullptr;
}

[[maybe_unused]] const bool registered =
    (explore::line_of_code = [](const void* code) { return source_line(code); }) != nullptr;

}  // namespace

std::string source_line(std::span<const void* const> calls) {
  if (calls.empty()) return "?";
  for (const void* call : calls)
    if (const frame* own = own_frame(place_of(call))) return shown(*own);
  const code_place& innermost = place_of(calls.front());
  return innermost.frames.empty() ? innermost.unknown : shown(innermost.frames.back());
}

std::string source_line(const void* return_address) {
  return source_line(std::span(&return_address, 1));
}

std::vector<std::string> source_lines(std::span<const void* const> calls) {
  std::vector<std::string> lines;
  for (const void* call : calls)
    for (const frame& f : place_of(call).frames)
      if (!is_library(f)) lines.push_back(f.function + " at " + shown(f));
  return lines;
}

}  // namespace heddle::detect
