#include "workspace/history.h"

namespace coder::workspace {

struct History::Entry {
  Commit commit;
};

}  // namespace coder::workspace
