// .gitignore files, where git itself is not there to read them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "privacy/glob.h"

namespace coder::workspace {

/// The rules of one folder's .gitignore on top of those of the folders above it. Values share what is above
/// them, so one may be kept for each folder of a walk.
class Ignore {
 public:
  Ignore() = default;

  /// With the rules that `text` holds for what is below `folder` ("" is the root; else relative to the root,
  /// without a slash at its end). Comments, "!", "/" at the end and before it, "*", "?", "[…]", "**" and "\"
  /// count as git says (gitignore(5)), but the case of ASCII letters does not.
  Ignore below(std::string_view folder, std::string_view text) const;

  /// Is this path ignored, by the last rule that matches it? Of a path in an ignored folder it does not tell:
  /// a walk does not go there.
  bool ignores(std::string_view path, bool is_folder) const;

 private:
  /// What of a path a rule is about. A Glob also covers what is below a match, which a rule does not: a walk
  /// never asks there unless a negated rule let it in.
  enum class Part : uint8_t {
    name,   ///< its last component
    whole,  ///< the path, and no folder above it
    below,  ///< the folders above it ("x/**")
  };
  struct Rule {
    privacy::Glob glob;
    Part part;
    bool negated;
    bool folders_only;
    bool matches(std::string_view path) const;
  };
  struct Rules {
    std::shared_ptr<const Rules> above;
    std::string folder;
    std::vector<Rule> rules;
  };
  std::shared_ptr<const Rules> rules_;
};

}  // namespace coder::workspace
