// The tokens of a repository's files, sorted by what stands before each: where a context occurs, and what
// came after it, is then a range that a few binary searches find.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coder::completion {
inline namespace repo_model {

/// A text file to learn from.
struct RepoFile {
  std::string path;  ///< relative to the root, with '/'
  std::string text;
  bool private_text = false;  ///< may not leave the machine: what is guessed from it says so
};

/// Of a file that a base was made of, so that one that was loaded can be compared with what is there now.
struct RepoFileStamp {
  std::string path;
  uint64_t hash = 0;  ///< fnv1a of the text
  bool private_text = false;
};

/// Immutable; may be made on any thread and read by all at once. About 12 bytes a token.
class RepoBase {
 public:
  /// Of text in all; files beyond are left out, the last ones by path. About 16 M tokens, 200 MB.
  static constexpr size_t kMaxBytes = 48u << 20;

  /// Learns from `files` (the order does not matter, the last of the same path wins). What is not worth
  /// learning from (see worth_learning) is left out. Uses up to two threads; 3 M tokens take under a second.
  static std::shared_ptr<const RepoBase> build(std::vector<RepoFile> files);

  /// As bytes of this machine's byte order, with version and checksum. Writing and reading the file is the
  /// caller's.
  std::string save() const;
  /// An error where the bytes are of another version, cut off or damaged.
  static Result<std::shared_ptr<const RepoBase>> load(std::string_view bytes);

  const std::vector<RepoFileStamp>& files() const;
  size_t tokens() const;
  size_t bytes() const;  ///< of memory, roughly

  RepoBase(const RepoBase&) = delete;
  RepoBase& operator=(const RepoBase&) = delete;
  ~RepoBase();

  struct Data;
  const Data& data() const { return *data_; }

 private:
  explicit RepoBase(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

/// Whether a file teaches anything: not where it is empty, larger than 512 KiB, binary, not UTF-8, generated,
/// minified, or named like one that holds secrets. `why` of what is left out: "binary", "minified", …
bool worth_learning(std::string_view path, std::string_view text, const char** why = nullptr);

/// Whether a file is named like one that holds keys or passwords: nothing is learned from it, and nothing is
/// guessed in it.
bool may_hold_secrets(std::string_view path);

}  // namespace repo_model
}  // namespace coder::completion
