// Switching stacks where the compiler may use the registers of AVX-512: what lives across a switch
// survives it.
#include <catch2/catch.hpp>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl")
#include "context_switch.hpp"

#ifdef HEDDLE_OWN_SWITCH

namespace {

using heddle::core::execution_context;

using vector = float __attribute__((vector_size(16)));

execution_context here;
execution_context there;
alignas(64) char stack_of_other[64 * 1024];

// Uses every register that a caller of a function would have to expect to be used.
[[gnu::noinline]] void use_registers(void*) {
  for (;;) {
    asm volatile(
        "vpxord %%zmm16, %%zmm16, %%zmm16\n\tvpxord %%zmm17, %%zmm17, %%zmm17\n\t"
        "vpxord %%zmm18, %%zmm18, %%zmm18\n\tvpxord %%zmm19, %%zmm19, %%zmm19\n\t"
        "vpxord %%zmm20, %%zmm20, %%zmm20\n\tvpxord %%zmm21, %%zmm21, %%zmm21\n\t"
        "vpxord %%zmm30, %%zmm30, %%zmm30\n\tvpxord %%zmm31, %%zmm31, %%zmm31\n\t"
        :
        :
        : "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm30", "xmm31");
    heddle::core::switch_stacks(there, here);
  }
}

[[gnu::noinline]] double sum_across_a_switch(double x, double y, vector z) {
  const double product = x * y;
  heddle::core::switch_stacks(here, there);
  return product + x + y + static_cast<double>(z[0]);
}

}  // namespace

TEST_CASE("a switch of stacks spares no register that the compiler may use") {
  if (!__builtin_cpu_supports("avx512vl")) return;
  heddle::core::prepare(there, stack_of_other, sizeof stack_of_other, use_registers, nullptr);
  REQUIRE(sum_across_a_switch(2, 3, vector{7, 7, 7, 7}) == 18);
}

#endif
#pragma GCC pop_options
#endif
