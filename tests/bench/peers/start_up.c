// One thread, one store: what a checker takes to begin. The comparison subtracts it.
#include <pthread.h>
#include <stdatomic.h>

atomic_int x;  // not static: nobody reads it, and the compiler would drop it

static void* work(void* none) {
  atomic_store(&x, 1);
  return none;
}

int main(void) {
  pthread_t worker;
  pthread_create(&worker, 0, work, 0);
  return 0;
}
