#include "program_code.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "memory_watch.hpp"

extern "C" void __tsan_func_entry(void* caller);
extern "C" void __tsan_func_exit();

namespace heddle::instrument {

namespace {

struct function {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  code_kind kind = code_kind::library;
};

// Through these the runtime calls the program's functions.
bool starts_goroutines(std::string_view name) {
  if (name.find("_M_manager") != name.npos) return false;  // copies or destroys one
  // The constructor of a goroutine's task copies the function: its creator's doing.
  if (name.starts_with("_ZN6heddle6detail10bound_taskI") &&
      (name.find("EEC1I") != name.npos || name.find("EEC2I") != name.npos))
    return false;
  constexpr std::array parts{"sequencer13run_goroutine", "sequencer5entry", "10bound_task", "9body_task",
                             "_Function_handler", "__invoke", "__apply", "run_blocking"};
  if (std::ranges::any_of(parts, [&](const char* p) { return name.find(p) != name.npos; }))
    return true;
  return name.starts_with("_ZNKSt8functionI") && name.find("clE") != name.npos;
}

// Or the exit: the part of a function that the compiler sets apart as unlikely has no entry.
bool is_instrumented(std::uintptr_t begin, std::uintptr_t end) {
  const auto entry = reinterpret_cast<std::uintptr_t>(&__tsan_func_entry);
  const auto exit = reinterpret_cast<std::uintptr_t>(&__tsan_func_exit);
  constexpr unsigned char call = 0xe8;  // x86-64: relative to the next instruction
  for (std::uintptr_t at = begin; at + 5 <= end; ++at) {
    const auto* code = reinterpret_cast<const unsigned char*>(at);
    if (*code != call) continue;
    std::int32_t offset = 0;
    std::memcpy(&offset, code + 1, sizeof offset);
    const std::uintptr_t target =
        at + 5 + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(offset));
    if (target == entry || target == exit) return true;
  }
  return false;
}

// The program's file, mapped; and where its code lies.
class program_image {
 public:
  program_image() {
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* self) {
          static_cast<program_image*>(self)->take(*info);
          return 1;  // the first is the program itself
        },
        this);
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || fstat(file, &status) != 0) return;
    bytes_ = static_cast<std::size_t>(status.st_size);
    map_ = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (map_ != MAP_FAILED) read_symbols();
  }
  ~program_image() {
    if (map_ != MAP_FAILED) munmap(map_, bytes_);
  }
  program_image(const program_image&) = delete;
  program_image& operator=(const program_image&) = delete;

  std::vector<function> functions;     // by address
  std::vector<std::uintptr_t> guards;  // of static variables, by address
  std::uintptr_t code_begin = ~std::uintptr_t{0};
  std::uintptr_t code_end = 0;

 private:
  void take(const dl_phdr_info& info) {
    base_ = info.dlpi_addr;
    for (int i = 0; i < info.dlpi_phnum; ++i) {
      const auto& header = info.dlpi_phdr[i];
      if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
      code_begin = std::min(code_begin, base_ + header.p_vaddr);
      code_end = std::max(code_end, base_ + header.p_vaddr + header.p_memsz);
    }
  }

  void read_symbols() {
    const auto* image = static_cast<const char*>(map_);
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(image);
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(image + header->e_shoff);
    for (int i = 0; i < header->e_shnum; ++i) {
      if (sections[i].sh_type != SHT_SYMTAB) continue;
      const auto* symbols = reinterpret_cast<const Elf64_Sym*>(image + sections[i].sh_offset);
      const char* names = image + sections[sections[i].sh_link].sh_offset;
      for (std::size_t n = sections[i].sh_size / sizeof(Elf64_Sym), s = 0; s < n; ++s) {
        const std::string_view name = names + symbols[s].st_name;
        if (ELF64_ST_TYPE(symbols[s].st_info) == STT_FUNC && symbols[s].st_size != 0)
          add(base_ + symbols[s].st_value, symbols[s].st_size, name);
        else if (name.starts_with("_ZGV"))
          guards.push_back(base_ + symbols[s].st_value);
      }
    }
    std::ranges::sort(functions, {}, &function::begin);
    std::ranges::sort(guards);
  }

  void add(std::uintptr_t begin, std::size_t size, std::string_view name) {
    if (begin < code_begin || begin + size > code_end) return;
    function f{begin, begin + size, code_kind::library};
    if (is_instrumented(f.begin, f.end)) {
      f.kind = code_kind::instrumented;
    } else if (starts_goroutines(name)) {
      f.kind = code_kind::starting;
    }
    functions.push_back(f);
  }

  std::uintptr_t base_ = 0;
  void* map_ = MAP_FAILED;
  std::size_t bytes_ = 0;
};

// Read before main, so that no hook has to; used to the very end.
const program_image* image = nullptr;

[[gnu::constructor]] void read_image() {
  image = new program_image;
  explore::watched_memory.linked = true;
  if (image->functions.empty())
    explore::watched_memory.unfit =
        "was compiled for checking and then stripped; keep its symbols (no strip, no -s), which "
        "tell its code from the checker's";
}

}  // namespace

code_kind look_up_code(std::uintptr_t address) {
  if (image == nullptr) return code_kind::library;
  if (address < image->code_begin || address >= image->code_end) return code_kind::elsewhere;
  auto after = std::ranges::upper_bound(image->functions, address, {}, &function::begin);
  while (after != image->functions.begin()) {
    --after;
    if (address < after->end) return after->kind;
    if (address - after->begin > 4096 && address >= after->end) break;
  }
  return code_kind::library;
}

bool is_static_guard(const void* address) {
  return image != nullptr &&
         std::ranges::binary_search(image->guards, reinterpret_cast<std::uintptr_t>(address));
}

}  // namespace heddle::instrument
