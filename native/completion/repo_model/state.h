// What a RepoModel holds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/base_data.h"
#include "completion/repo_model/buffer_tokens.h"
#include "completion/repo_model/gates.h"
#include "completion/repo_model/mixer.h"
#include "completion/repo_model/predictor.h"
#include "completion/repo_model/repo_model.h"
#include "completion/repo_model/words.h"

namespace coder::completion {
inline namespace repo_model {

struct SessionFile {
  std::vector<Token> tokens;  ///< empty: the file is gone, or not worth it
  Chains chains;
  bool in_private = false;
  uint64_t stamp = 0;
};

struct RepoModel::State {
  /// What a token reads like.
  struct Reading {
    std::string_view text;
    uint32_t in_files = 0;  ///< times it stands in the base
    bool in_private = false;
    bool usable = false;
  };
  Reading read(Token word) const;

  std::shared_ptr<const RepoBase> base;
  std::vector<uint64_t> hidden;  ///< a bit for each token of the base; empty: none is hidden
  std::map<std::string, SessionFile> session;
  size_t session_tokens = 0;
  uint64_t stamp = 0;
  Words words;            ///< of the session and the buffers
  size_t words_kept = 0;  ///< when they were tidied last
  std::map<int64_t, BufferTokens> buffers;
  const MixTable* mix = &mix_table();
  const GateTable* gates = &gate_table();
  mutable Scratch scratch;

  /// Hides what the base knows of a file.
  void hide(const std::string& path);
  /// Drops words that neither the session nor a buffer has any more.
  void tidy_words();
};

}  // namespace repo_model
}  // namespace coder::completion
