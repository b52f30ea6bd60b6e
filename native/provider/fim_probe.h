// The pure half of probe_fim: what the answers of a server say, and which dialects follow from it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/chat.h"
#include "provider/fim.h"

namespace coder::provider {

/// llama-server's GET /props, as far as it matters here.
struct ServerProps {
  int slots = 1;
  std::optional<int64_t> context;  ///< tokens per slot
  std::string alias, path;         ///< of the model
};
/// nullopt: not llama-server.
std::optional<ServerProps> read_props(std::string_view body);

/// The ids of a family's special tokens in one vocabulary, -1 where the text is not one token.
struct FamilyIds {
  const FimFamily* family = nullptr;
  int64_t prefix = -1, suffix = -1, middle = -1, file = -1, repository = -1;

  /// All that a prompt needs is there.
  bool usable() const { return prefix >= 0 && suffix >= 0 && (middle >= 0 || !*family->middle); }
};
struct Vocabulary {
  std::vector<FamilyIds> families;
  bool adds_space = false;  ///< as FimServer::adds_space
};
/// Body of one POST /tokenize that asks for all families' tokens: the array of strings has the impossible
/// id -1 between them, which comes back as it is.
std::string tokenize_body();
/// Its answer; no families where it is something else.
Vocabulary read_vocabulary(std::string_view body);

/// Who made the list of models: "llamacpp", "vllm", "library" (Ollama); empty where it does not say.
std::string list_owner(std::string_view body);

/// What is known of a server when the probe is over.
struct FimFindings {
  std::string model;  ///< the live id
  std::string file;   ///< the model's file or alias, where the server says it
  std::optional<ServerProps> props;
  Vocabulary vocabulary;
  std::optional<int64_t> context;  ///< of the model list
  bool ollama = false;
};
FimServer conclude_fim(const Endpoint& endpoint, const FimWish& wish, const FimFindings& findings);

}  // namespace coder::provider
