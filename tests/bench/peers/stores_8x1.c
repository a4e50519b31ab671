// Eight threads store once to one atomic; main waits for none. 8! traces.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum { threads = 8 };
atomic_int x;  // not static: nobody reads it, and the compiler would drop it

static void* work(void* id) {
  atomic_store(&x, (int)(intptr_t)id);
  return 0;
}

int main(void) {
  pthread_t workers[threads];
  for (intptr_t i = 0; i < threads; ++i) pthread_create(&workers[i], 0, work, (void*)i);
  return 0;
}
