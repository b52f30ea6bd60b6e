// Code completion (fill in the middle, FIM) against one endpoint: what a server can do is found out once
// (probe_fim), then each completion is one POST in the best dialect it has.
//
//   dialect   POST                        body
//   tokens    llama-server /completion    [PRE, prefix, SUF, suffix, MID, middle], special tokens by id: the
//                                         middle is last, so that a key costs one or two fresh tokens
//   raw       /v1/completions             the same as one string, by the model family's template (vLLM …)
//   infill    llama-server /infill        input_prefix, input_suffix, input_extra
//   suffix    /v1/completions             prompt, suffix (DeepSeek's at /beta, Mistral's at /v1/fim)
//   chat      /v1/chat/completions        a strict instruction; for models that were never taught FIM
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/chat.h"

namespace coder::provider {

enum class FimDialect { tokens, raw, infill, suffix, chat };
const char* to_string(FimDialect dialect);

/// How other files go into a family's prompt.
enum class FimExtras {
  inside,  ///< in the prefix, after its token: each by the file token or a comment, its name, its text
  lines,   ///< before all else: REPO name \n FILE name \n text \n … FILE name \n PRE … (Qwen)
  joined,  ///< before all else: REPO name FILE name \n text … FILE PRE name \n … (StarCoder2)
};

/// The special tokens of a family of models, as text. Sources: fim_family.cc.
struct FimFamily {
  const char* name;  ///< "qwen", "deepseek", "starcoder", "codellama", "codestral", "granite", "seed-coder" …
  const char* prefix;
  const char* suffix;
  const char* middle;           ///< empty: the middle simply continues the prefix (Codestral)
  bool suffix_first = false;    ///< SPM order: suffix, prefix, middle (Codestral, Seed-Coder)
  const char* file = "";        ///< before another file's name; empty: the family has no such token
  const char* repository = "";  ///< opens the list of files; may be empty
  FimExtras extras = FimExtras::inside;
  std::vector<const char*> ends = {};  ///< what the model ends a middle with
  /// Parts of model names, lower case, "-" for "_" and blanks, that mean this family; "*" is any text.
  std::vector<const char*> names = {};
};
const std::vector<FimFamily>& fim_families();

/// The family of a model by its name ("Qwen2.5-Coder-7B-Instruct-Q4_K_M.gguf"), or nullptr.
const FimFamily* fim_family_of(std::string_view model);
const FimFamily* find_fim_family(std::string_view name);

/// The user's text with every special token of every known family made harmless: it comes out visibly the
/// same, a U+2060 after the token's first character, and no tokenizer takes it for the token. What a model
/// repeats of it is put right again by start_fim.
std::string neutralise(std::string_view text);

/// What a server can do for completions.
struct FimServer {
  std::string model;  ///< the live id for the configured one
  bool llama_server = false;
  int slots = 1;                      ///< requests it works on at once; 1 where unknown
  std::optional<int64_t> context;     ///< tokens per slot
  std::vector<FimDialect> dialects;   ///< best first, never empty
  const FimFamily* family = nullptr;  ///< for `raw` and `tokens`
  /// Ids of prefix, suffix, middle; for `tokens`. Then of the file and repository tokens, -1 where missing.
  std::array<int64_t, 3> ids{-1, -1, -1};
  int64_t file_id = -1, repository_id = -1;
  /// Its tokenizer puts a space before every string (SentencePiece): text is then never cut in pieces.
  bool adds_space = false;
};

/// What the configuration says about it: a dialect's or a family's name, or empty.
struct FimWish {
  std::string model;  ///< id or pin ("qwen*")
  std::string form;   ///< config `fim`: a name of FimFamily or FimDialect; empty: find out
};

struct FimProbeHandlers {
  unique_function<void(FimServer)> on_result;
  unique_function<void(ChatError)> on_error;  ///< unreachable, loading, auth …
};

/// Asks the server what it is. No text of the user's is sent. A cloud endpoint (`endpoint.local` false) gets
/// at most the model list, and only for a pin.
std::unique_ptr<ChatCall> probe_fim(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                    const FimWish& wish, FimProbeHandlers handlers);

struct FimParams {
  FimDialect dialect = FimDialect::chat;
  FimServer server;                  ///< of probe_fim
  int64_t max_tokens = 64;           ///< 0: only read the prompt into the server's cache
  std::optional<Millis> time_limit;  ///< llama-server t_max_predict_ms
  std::optional<int> slot;           ///< llama-server id_slot
  std::vector<std::string> stop;
  std::optional<double> temperature;
  std::optional<int64_t> seed;
  std::string extra_json;  ///< JSON object merged over the body's top level
};

/// What the server says of its work; all zero where it says nothing.
struct FimTimings {
  int64_t prompt_fresh = 0;   ///< prompt tokens evaluated
  int64_t prompt_cached = 0;  ///< prompt tokens taken from its cache
  double prompt_ms = 0;
  int64_t predicted = 0;
  double predicted_ms = 0;
};

struct FimResult {
  Finish finish = Finish::stop;
  Usage usage;
  FimTimings timings;
};

struct FimHandlers {
  unique_function<void()> on_accepted;              ///< response head 200 came
  unique_function<void(std::string_view)> on_text;  ///< valid UTF-8, never empty
  unique_function<void(FimResult)> on_result;       ///< exactly one of on_result, on_error, last
  unique_function<void(ChatError)> on_error;
};

/// Starts one streamed POST. `cleared` holds messages of the roles extra*, prefix, suffix, middle (anything
/// else is an error) and must be for this endpoint's address. Callbacks run on the loop, never inside this
/// call. The write to the socket happens before the loop waits again. Destroying the call closes the
/// connection at once.
std::unique_ptr<ChatCall> start_fim(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                    const privacy::Cleared& cleared, const FimParams& params,
                                    FimHandlers handlers);

/// Is this the error of a server that does not know the dialect (501 of llama-server without FIM tokens, 404
/// for the path, 400 that names the field), so that the next one is worth trying?
bool wrong_dialect(const ChatError& error, FimDialect dialect);

}  // namespace coder::provider
