// A pack cut down after the fact.
#include <algorithm>
#include <vector>

#include "context/excerpt.h"
#include "context/pack.h"

namespace coder::context {
namespace {

std::string laid_out(const std::vector<Chunk>& chunks) {
  std::string out, path;
  uint32_t last = 0;
  bool listing = false;
  for (const Chunk& chunk : chunks) {
    if (chunk.form == Form::path) {
      if (!listing) out += path.empty() ? "" : kGap;
      if (!listing) out += "## Other files\n";
      listing = true;
      out += chunk.text;
      continue;
    }
    if (chunk.path != path) {
      if (!path.empty()) out += kGap;
      out += heading(chunk.path);
      path = chunk.path;
      last = 0;
    }
    if (chunk.first != last + 1) out += kGap;
    last = chunk.last;
    out += chunk.text;
  }
  if (!path.empty() && !listing) out += kGap;
  return out;
}

}  // namespace

Packed fitted(const Packed& packed, size_t budget, const std::function<size_t(std::string_view)>& count) {
  if (packed.tokens <= budget) return packed;
  Packed out = packed;
  out.budget = budget;
  while (!out.chunks.empty()) {
    out.text = laid_out(out.chunks);
    out.tokens = count(out.text);
    if (out.tokens <= budget) return out;
    // A file at a time, the least likely first; of the last one its end.
    const auto least = std::min_element(out.chunks.begin(), out.chunks.end(),
                                        [](const Chunk& a, const Chunk& b) { return a.score < b.score; });
    const std::string path = least->path;
    const bool alone = std::all_of(out.chunks.begin(), out.chunks.end(),
                                   [&](const Chunk& chunk) { return chunk.path == path; });
    if (alone) {
      out.chunks.pop_back();
    } else {
      std::erase_if(out.chunks, [&](const Chunk& chunk) { return chunk.path == path; });
    }
  }
  out.text.clear();
  out.tokens = 0;
  return out;
}

}  // namespace coder::context
