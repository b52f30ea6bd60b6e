// Several independent pieces of one job at once.
#pragma once

#include <cstddef>
#include <functional>

namespace coder::edit {

/// Calls piece(0) … piece(count - 1), each once, in any order, on this thread and up to `helpers` others that
/// end before it returns; on this one alone where the machine has no more. For calls that already block a
/// worker or the command line: the loop's pool is not used, since a job that waits for others of that pool
/// would wait for ever when all its threads do. `piece` must not throw; two pieces share what they only read,
/// and nothing else. What the caller did before is visible to the pieces, and what they did to the caller.
void side_by_side(size_t count, size_t helpers, const std::function<void(size_t)>& piece);

}  // namespace coder::edit
