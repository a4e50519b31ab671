// Two threads add each other's number to theirs five times, while main looks at both.
// 218243 traces.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

enum { steps = 5, most = 144 };
atomic_int x = 1, y = 1;

static void* work_x(void* none) {
  for (int i = 0; i < steps; ++i) {
    int before = atomic_load(&x);
    atomic_store(&x, before + atomic_load(&y));
  }
  return none;
}

static void* work_y(void* none) {
  for (int i = 0; i < steps; ++i) {
    int before = atomic_load(&y);
    atomic_store(&y, before + atomic_load(&x));
  }
  return none;
}

int main(void) {
  pthread_t workers[2];
  pthread_create(&workers[0], 0, work_x, 0);
  pthread_create(&workers[1], 0, work_y, 0);
  if (atomic_load(&x) > most || atomic_load(&y) > most) assert(0);
  return 0;
}
