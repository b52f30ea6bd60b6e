// The configuration file: TOML to typed values, every problem with file:line.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "privacy/address.h"
#include "privacy/paths.h"
#include "privacy/prompt.h"

namespace coder::config {

class Projects;

enum class Severity { warning, error };

/// One finding: "config.toml:12: unknown key `modle` in [models.x]; did you mean `model`?"
struct Problem {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;  ///< 1-based; 0 when the whole file is meant
  std::string message;
  std::string text() const;  ///< "file:line: message"
};

/// USD per million tokens.
struct Price {
  double input = 0;
  std::optional<double> cached_input;  ///< default: input
  double output = 0;
  std::optional<double> cache_write = {};  ///< default: input
};

/// Where a key comes from; exactly one is set, or none (then no key is sent).
struct KeySource {
  Secret literal;
  std::string env;
  std::vector<std::string> command;
  int line = 0;       ///< of the key in the file
  std::string where;  ///< "config.toml:7", "$NAME", "command `pass`" : for messages, never the key
};

enum class Mode { local, cloud, automatic };
const char* to_string(Mode mode);  ///< "local", "cloud", "auto"

/// How a model asks for tools: function calls of the protocol, words in its answer, or not at all.
enum class ToolForm { calls, text, none };

/// How a server is told what form its answer is to have.
enum class JsonForm { none, object, schema };

struct Model {
  std::string name;
  std::string base_url;
  privacy::Address address;
  std::string model;  ///< id or pin
  KeySource key;
  privacy::Lane lane = privacy::Lane::cloud;
  bool trusted = false;            ///< base_url and every replica may receive local_only text
  bool trust_unwritten = false;    ///< neither `lane` nor `trusted` is written out
  std::optional<int64_t> context;  ///< tokens
  bool chat = true;                ///< roles
  bool fim = true;
  std::string fim_form;  ///< `fim`: a family of FIM tokens or a dialect; empty: found out
  ToolForm tools = ToolForm::calls;
  JsonForm json = JsonForm::schema;
  std::optional<Price> price;
  std::optional<int64_t> rpm;
  std::optional<double> temperature;
  std::optional<int64_t> max_tokens;
  std::optional<double> timeout_s;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string extra_json;  ///< [models.X.extra] as a JSON object; empty when absent
  std::string proxy;
  std::string ca_file;
  std::vector<std::string> replicas;
  std::vector<privacy::Address> replica_addresses;  ///< the same, parsed
  int line = 0;                                     ///< of its block

  /// Where a request to base_url goes, for privacy::clear().
  privacy::Destination destination() const { return destination_at(address); }
  /// The same for one of replica_addresses.
  privacy::Destination destination_at(const privacy::Address& to) const;

  size_t servers() const { return 1 + replica_addresses.size(); }
  /// The same model at one of its servers: 0 is base_url, the others are its replicas.
  Model at_server(size_t index) const;
};

/// One line for `config check`; the key's source, never the key:
/// "local-qwen3: Qwen3-Coder-32B at http://10.0.0.42:8000/v1, local lane (not trusted), key from
/// config.toml:7".
std::string describe(const Model& model);

/// [completion]: ghost text.
struct Completion {
  /// How sure a guess of the repository model has to be to be shown.
  enum class Repo { off, quiet, eager };

  bool enabled = true;
  std::optional<Millis> debounce;  ///< none: by itself
  std::optional<size_t> max_lines;
  std::string model;          ///< NAME of a block, "repo" for none, or empty: a local lane
  bool all_filetypes = true;  ///< of those not in `filetypes`
  std::map<std::string, bool> filetypes;
  Repo repo_alone = Repo::quiet;  ///< where no model is, or can be reached
  Repo repo_local = Repo::quiet;  ///< until a model of the local lane has spoken
  Repo repo_cloud = Repo::quiet;

  bool applies_to(const std::string& filetype) const;
};

/// [router]: how auto mode decides.
struct Router {
  struct Canary {
    std::string model;   ///< NAME
    double percent = 0;  ///< of the users
  };
  int64_t large_prompt_chars = 24000;  ///< Unicode code points; longer requests go local
  std::vector<std::string> repo_markers = {"ctx_repo:", "[REPO_CTX]"};
  std::optional<Millis> slo_ttft;
  std::map<std::string, std::string> tasks;  ///< task to "local", "cloud" or a NAME
  std::optional<Canary> canary;
  std::optional<std::string> shadow;  ///< NAME, or empty for a model of the other lane
};

/// [limits]: of each key, over all processes of this user. Local lanes have none.
struct Limits {
  double rps = 30;
  double burst = 50;
};

/// USD in a month and on a day.
struct Allowance {
  std::optional<double> monthly_usd;
  std::optional<double> daily_usd;
};

/// [budget]: at the limit no cloud lane is used; or not that model, that lane, or none of them for that
/// project.
struct Budget : Allowance {
  std::map<std::string, Allowance> models;    ///< by NAME
  std::map<std::string, Allowance> lanes;     ///< "local", "cloud"
  std::map<std::string, Allowance> projects;  ///< by folder, absolute

  bool empty() const;
};

/// [ledger]: what is kept of what was sent.
struct Ledger {
  int64_t audit_days = 90;  ///< 0: for ever
  bool audit_text = false;  ///< the text itself, too
};

/// A model's window in tokens where neither the configuration nor its server says one.
inline constexpr int64_t kAssumedWindow = 32768;

/// [context]: what goes along with questions that nobody named.
struct Context {
  std::optional<int64_t> budget;  ///< tokens for a question about the repository; none: 64,000
  int64_t automatic = 4000;       ///< tokens for any other question; 0: nothing is gathered
};

/// [tools]: what models may read by themselves while they answer.
struct Tools {
  enum class When { never, repo, always };  ///< repo: questions that are about the repository
  When ask = When::repo;
  bool review = false;
  int64_t max_calls = 20;    ///< in one answer
  Millis max_time{300'000};  ///< after which an answer begins no more of them
};

/// [tasks.NAME]: what the user asks for now and again, with files.
struct OwnTask {
  enum class Answer { text, edits, findings };
  std::string prompt;  ///< not empty; "{files}" in it stands for their names
  Answer answer = Answer::text;
};

/// When a model is kept loaded, and reads around the cursor before anybody types.
enum class KeepWarm { never, on_mains, always };

/// [engine]: the local engine that coder-nvim starts itself.
struct Engine {
  bool written = false;              ///< there is such a section
  int line = 0;                      ///< where it begins
  std::vector<std::string> command;  ///< program and first arguments; empty: a llama-server is looked for
  std::string model;                 ///< a file, or a name in the folder of models; may be empty
  std::vector<std::string> args;     ///< come last, so they win
  Millis idle_unload{900'000};       ///< zero: never
  KeepWarm keep_warm = KeepWarm::on_mains;
};

/// A path pattern and where it stands, for `config check`.
struct PathPattern {
  std::string text;
  std::string named;  ///< "`local_only` in [privacy]"
  int line = 0;
};

/// Parsed and checked. Sections whose rooms do not exist yet are checked for keys and types only.
struct Config {
  std::string file;
  Mode mode = Mode::automatic;
  std::vector<Model> models;  ///< in file order; blocks with errors are left out
  std::vector<std::string> local_only;
  std::vector<std::string> never_send;
  std::vector<std::string> exclude;   ///< [context]
  std::vector<PathPattern> patterns;  ///< those of the three lists above, in their order
  Router router;
  Limits limits;
  Budget budget;
  Ledger ledger;
  Completion completion;
  Context context;
  std::map<std::string, OwnTask> tasks;  ///< by NAME; none is called as one of ours
  Tools tools;
  Engine engine;
  std::vector<Problem> problems;

  bool has_errors() const;
  const Model* find(const std::string& name) const;
  /// The patterns above and those of project files. Loop thread only.
  const privacy::PathRules& path_rules() const { return *rules; }
  std::shared_ptr<const privacy::PathRules> rules;  ///< never null after parse() and load()
  std::shared_ptr<Projects> projects;               ///< of this configuration's life; likewise

  /// Makes the two of the patterns above. `broken`: see privacy::PathRules.
  void make_rules(const std::string& broken);
};

/// Parses TOML text; never fails: what is wrong is in Config::problems. `file` is for messages.
Config parse(const std::string& text, const std::string& file);

/// Reads and parses `file`. With `must_exist` a missing file is an error problem, without it an
/// empty configuration. An unreadable or oversized (over 1 MiB) file is an error problem either way.
Config load(const std::string& file, bool must_exist);

/// What `config check` finds beyond the text: variables that are not set, certificate files that
/// cannot be read. Warnings only.
std::vector<Problem> check_environment(const Config& config);

/// "$XDG_CONFIG_HOME/coder-nvim/config.toml", or under ~/.config; without HOME, in the home folder
/// of the user database. Empty when there is none.
std::string default_path();

}  // namespace coder::config
