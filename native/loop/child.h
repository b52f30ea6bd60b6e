// A child process that lives as long as it likes: a server. Its standard output and error come as one stream;
// it has no standard input.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loop/loop.h"

namespace coder::loop {

class Child {
 public:
  struct Exit {
    int status = 0;
    int signal = 0;  ///< that ended it; 0: it exited
  };
  struct Options {
    std::vector<std::string> argv;
    unique_function<void(std::string_view)> on_output;
    /// Once, when it has ended and all it wrote is given out.
    unique_function<void(Exit)> on_exit;
  };
  /// Fails (kind config) when it cannot be run.
  static Result<std::unique_ptr<Child>> start(Loop& loop, Options options);
  ~Child();  ///< kills it and its process group
  Child(const Child&) = delete;

  pid_t pid() const;
  void signal(int number);  ///< to it alone

 private:
  struct Handle;
  explicit Child(std::shared_ptr<Handle> handle);
  std::shared_ptr<Handle> handle_;
};

/// The file that this process runs; empty where the system does not tell.
std::string own_program();

}  // namespace coder::loop
