#include <sys/prctl.h>

#include <csignal>
#include <string>
#include <vector>

#include "app/commands.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed reader is an error value, not a death
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
#if defined(__linux__) && !defined(CODER_SANITIZED)
  ::prctl(PR_SET_DUMPABLE, 0);  // keys must not end in a core file
#endif
  return coder::app::run(std::vector<std::string>(argv + 1, argv + argc));
}
