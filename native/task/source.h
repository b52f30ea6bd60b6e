// Files as context: reading them with their label, and laying them out in a prompt.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "privacy/paths.h"
#include "privacy/prompt.h"

namespace coder::task {

struct Source {
  std::string shown_path;  ///< relative to the root where it lies below it
  std::string text;
  privacy::Label label = privacy::Label::any;
  std::string rule;       ///< the pattern that made it private, for messages
  size_t first = 1;       ///< 1-based line the text begins with
  std::string word = {};  ///< the word of a question that named it: "#file:a.py"; may be empty
};

/// Largest file taken as context, in bytes.
inline constexpr size_t kMaxSourceBytes = 4u << 20;

/// Reads a file the user named. Its label is that of its path, and of the files it is about when it holds a
/// diff. Errors: kind policy when one of them is on the never-send list, kind usage when it is missing, no
/// regular file, unreadable, too large or binary (holds a NUL byte).
Result<Source> read_source(const std::string& path, const std::string& root, const privacy::PathRules& rules);

/// What the user wrote on the command line or piped in, with the label of the files it is about when it holds
/// a diff; their paths are taken from `root` and from the working directory. Kind policy when one of them is
/// never sent.
Result<privacy::Part> prompt_part(std::string text, const std::string& root, const privacy::PathRules& rules);

/// `path` relative to `root` when it lies below it, else unchanged.
std::string shown_path(const std::string& path, const std::string& root);

/// Name of the language for a code fence, from the file name; may be empty.
std::string language_of(const std::string& path);

/// The system turn that carries `sources`; sources come before anything that changes more often, so
/// that engines can keep the evaluated head of the prompt. No sources: no turn.
std::vector<privacy::Turn> context_turns(const std::vector<Source>& sources);

}  // namespace coder::task
