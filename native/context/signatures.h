// Signatures of what a piece of code uses and other files define: background for completing it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "workspace/corpus.h"

namespace coder::context {

struct FileSignatures {
  std::string path;  ///< relative to the root
  std::string text;  ///< lines of the file, in their order
};

/// For the code `around` a place in the file `path`: of each file that defines something it uses the
/// signatures, `max_bytes` in all, most likely wanted first. Names that many files define say nothing and are
/// left out. `read` gives a file's text by path.
std::vector<FileSignatures> signatures_near(
    const workspace::Corpus& corpus, const std::string& path, const std::string& around, size_t max_bytes,
    const std::function<std::optional<std::string>(const std::string& path)>& read);

}  // namespace coder::context
