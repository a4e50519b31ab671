// Eight threads lock, add and unlock; main waits for none. 8! traces.
#include <pthread.h>

enum { threads = 8 };
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
int x;

static void* work(void* none) {
  pthread_mutex_lock(&m);
  ++x;
  pthread_mutex_unlock(&m);
  return none;
}

int main(void) {
  pthread_t workers[threads];
  for (int i = 0; i < threads; ++i) pthread_create(&workers[i], 0, work, 0);
  return 0;
}
