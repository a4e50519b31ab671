// Twelve philosophers take the left fork first, and main waits for them: 2^12 - 1 traces, one of
// them a deadlock.
#include <pthread.h>
#include <stdint.h>

enum { philosophers = 12 };
static pthread_mutex_t fork_[philosophers];

static void* dine(void* seat) {
  pthread_mutex_t* left = &fork_[(intptr_t)seat];
  pthread_mutex_t* right = &fork_[((intptr_t)seat + 1) % philosophers];
  pthread_mutex_lock(left);
  pthread_mutex_lock(right);
  pthread_mutex_unlock(right);
  pthread_mutex_unlock(left);
  return 0;
}

int main(void) {
  pthread_t guests[philosophers];
  for (int i = 0; i < philosophers; ++i) pthread_mutex_init(&fork_[i], 0);
  for (intptr_t i = 0; i < philosophers; ++i) pthread_create(&guests[i], 0, dine, (void*)i);
  for (int i = 0; i < philosophers; ++i) pthread_join(guests[i], 0);
  return 0;
}
