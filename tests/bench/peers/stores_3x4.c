// Three threads store four times to one atomic; main waits for none. 12! / (4!)^3 traces.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum { threads = 3, each = 4 };
atomic_int x;  // not static: nobody reads it, and the compiler would drop it

static void* work(void* id) {
  for (int i = 0; i < each; ++i) atomic_store(&x, (int)(intptr_t)id * each + i);
  return 0;
}

int main(void) {
  pthread_t workers[threads];
  for (intptr_t i = 0; i < threads; ++i) pthread_create(&workers[i], 0, work, (void*)i);
  return 0;
}
