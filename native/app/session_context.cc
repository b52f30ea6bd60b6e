// The parts of a Session that collect what goes along with a question: its words, the search, their
// completion.
#include <algorithm>
#include <filesystem>

#include "app/session.h"
#include "base/text.h"
#include "base/tokens.h"
#include "task/conversation.h"

namespace coder::app {

using codec::Value;

namespace {

constexpr size_t kMaxRecent = 32;
constexpr size_t kMaxRecentBytes = 200;
/// Lines around the cursor whose words count, on both sides.
constexpr size_t kAround = 15;
constexpr size_t kMaxMentions = 50;

std::string below(const std::string& root, const std::string& path) {
  return path.size() > root.size() + 1 && path.starts_with(root + "/") ? path.substr(root.size() + 1) : "";
}

/// How well a name fits what is typed of it: lower is better, none where it does not fit.
std::optional<size_t> fit(std::string_view name, std::string_view typed) {
  const std::string low = lower_ascii(name), want = lower_ascii(typed);
  const size_t at = low.find(want);
  if (at == std::string::npos) return std::nullopt;
  const size_t base = low.rfind('/') == std::string::npos ? 0 : low.rfind('/') + 1;
  if (low.compare(base, want.size(), want) == 0) return low.size();
  return low.size() + (at == 0 ? 1000 : 2000);
}

rpc::MentionResult best(std::vector<std::pair<size_t, rpc::MentionItem>> found) {
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.word < b.second.word;
  });
  rpc::MentionResult result;
  for (auto& [score, item] : found) {
    if (result.items.size() == kMaxMentions) break;
    if (result.items.empty() || result.items.back().word != item.word)
      result.items.push_back(std::move(item));
  }
  return result;
}

/// On a worker.
rpc::MentionResult completions(const workspace::Corpus& corpus, task::Mention::Kind kind,
                               const std::string& typed) {
  const workspace::Index& index = corpus.index;
  std::vector<std::pair<size_t, rpc::MentionItem>> found;
  for (workspace::Slot slot = 0; slot < index.slots(); ++slot) {
    const workspace::Index::File& file = index.file(slot);
    if (file.path.empty()) continue;
    if (kind == task::Mention::Kind::file) {
      if (const auto score = fit(file.path, typed))
        found.push_back(
            {*score, {to_string(task::Mention{kind, file.path}), std::to_string(file.lines) + " lines"}});
      continue;
    }
    for (const workspace::Facts::Symbol& symbol : file.symbols) {
      if (symbol.kind == syntax::SymbolKind::block || symbol.kind == syntax::SymbolKind::field) continue;
      const std::string_view name = index.text(symbol.name);
      const auto score = fit(name, typed);
      if (!score) continue;
      found.push_back({*score,
                       {to_string(task::Mention{kind, std::string(name)}),
                        file.path + ":" + std::to_string(symbol.first_line + 1)}});
    }
  }
  return best(std::move(found));
}

}  // namespace

void Session::edited(int64_t buf, size_t first, size_t count) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  // A paste or a reload is no trace of what somebody thinks about.
  if (!mirror || count > 5 || mirror->path.find("://") != std::string::npos) return;
  for (size_t i = first; i < std::min(first + count, mirror->lines.size()); ++i) {
    std::string line(clip_utf8(trim(mirror->lines[i]), kMaxRecentBytes));
    if (line.empty()) continue;
    // The line that is being typed replaces its shorter self.
    if (!recent_.empty() && (line.starts_with(recent_.front()) || recent_.front().starts_with(line))) {
      recent_.front() = std::move(line);
      continue;
    }
    recent_.insert(recent_.begin(), std::move(line));
    if (recent_.size() > kMaxRecent) recent_.pop_back();
  }
}

std::string Session::folder_of(const rpc::AskParams& params) const {
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  std::string folder = source ? workspaces_.root_of(source->path) : std::string();
  if (folder.empty()) {
    std::error_code failed;
    folder = std::filesystem::current_path(failed).string();
    if (const std::string root = privacy::repository_root(folder + "/x"); !root.empty()) folder = root;
  }
  return folder;
}

// Mirrored buffers are current by now: their events came before this call. One that was attached just now is
// not there yet; the answer to any request comes after its text.
void Session::with_lines(const rpc::AskParams& params,
                         std::function<void(Result<std::vector<std::string>>)> then) {
  const workspace::Mirror* chat = mirrors_.find(params.chat);
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (chat && chat->ready && (!source || source->ready)) return then(chat->lines);
  channel_.request("nvim_buf_get_lines", {Value(params.chat), Value(0), Value(-1), Value(false)},
                   [then](Result<Value> answer) {
                     if (!answer) return then(std::move(answer.error()));
                     then(codec::decode<std::vector<std::string>>(*answer, "nvim_buf_get_lines"));
                   });
}

std::function<privacy::Verdict(const std::string& path)> Session::judge_paths() const {
  return [this, config = config_.current()](const std::string& path) {
    const privacy::Verdict verdict = config->path_rules().judge(path);
    const auto open = mirrors_.at(path);
    return open ? privacy::stricter(verdict, labels_.of(*open)) : verdict;
  };
}

task::ToolPlace Session::tool_place(const std::string& root,
                                    const std::optional<std::vector<rpc::DiagnosticItem>>& diagnostics) {
  task::ToolPlace place;
  place.root = root;
  place.indexer = [this, root]() -> workspace::Indexer* {
    return workspaces_.root_of(root + "/x") == root ? workspaces_.at(root) : nullptr;
  };
  place.judge = judge_paths();
  place.judge_diff = [this, root](const std::string& text) { return labels_.of_text(text, root); };
  place.unsaved = [this, root] { return workspaces_.texts(root); };
  place.editor = true;
  for (const rpc::DiagnosticItem& one : diagnostics.value_or(std::vector<rpc::DiagnosticItem>()))
    place.diagnostics.push_back({one.path, one.line, one.severity, one.message});
  return place;
}

Collect::Wanted Session::wanted(const rpc::AskParams& params, const std::vector<std::string>& lines) {
  const auto config = config_.current();
  const std::string root = folder_of(params);
  Collect::Wanted wanted;
  task::Surroundings& around = wanted.surroundings;
  around.root = root;
  around.rules = &config->path_rules();
  // Only a repository's root is worth an index; the working directory of somebody with no file open may be
  // any.
  const bool indexed = workspaces_.root_of(root + "/x") == root;
  around.indexer = indexed ? workspaces_.at(root) : nullptr;
  if (indexed) around.unsaved = workspaces_.texts(root);
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (source) around.buffer = task::Surroundings::Text{source, labels_.of(*params.source)};
  if (params.selection_first && params.selection_last)
    around.selection = std::pair(*params.selection_first, *params.selection_last);
  for (const rpc::DiagnosticItem& one : params.diagnostics.value_or(std::vector<rpc::DiagnosticItem>())) {
    around.diagnostics.push_back({one.path, one.line, one.severity, one.message});
    if (const std::string path = below(root, one.path); !path.empty())
      wanted.query.diagnostics.push_back({path, static_cast<uint32_t>(std::max<int64_t>(one.line, 0))});
  }
  around.open = [this](const std::string& path) -> std::optional<task::Surroundings::Text> {
    const auto found = mirrors_.at(path);
    if (!found) return std::nullopt;
    return task::Surroundings::Text{mirrors_.find(*found), labels_.of(*found)};
  };

  std::vector<std::string> texts = params.pinned.value_or(std::vector<std::string>());
  if (const Result<std::vector<privacy::Turn>> turns = task::parse_conversation(lines, privacy::Label::any)) {
    for (const privacy::Turn& turn : *turns) {
      if (turn.role == privacy::Role::user) texts.push_back(turn.parts.front().text);
    }
    wanted.query.text = turns->back().parts.front().text;
  }
  wanted.mentions = task::mentions_in(join(texts, "\n"));

  if (source && source->ready) {
    const int64_t line = std::max<int64_t>(params.line.value_or(1), 1);
    if (const std::string path = below(root, source->path); !path.empty()) {
      wanted.query.seeds.push_back({path, static_cast<uint32_t>(line)});
      wanted.without.push_back(path);
    }
    const auto at = static_cast<size_t>(line - 1);
    wanted.query.around = source->text(at > kAround ? at - kAround : 0, at + kAround);
  }
  wanted.query.recent = recent_;
  for (const std::string& path : params.open.value_or(std::vector<std::string>())) {
    if (const std::string shown = below(root, path); !shown.empty()) wanted.query.open.push_back(shown);
  }
  const auto add_places = [&](const std::optional<std::vector<rpc::PlaceItem>>& from,
                              std::vector<context::Place>& to) {
    for (const rpc::PlaceItem& place : from.value_or(std::vector<rpc::PlaceItem>())) {
      if (const std::string shown = below(root, place.path); !shown.empty())
        to.push_back({shown, static_cast<uint32_t>(std::max<int64_t>(place.line, 0))});
    }
  };
  add_places(params.jumps, wanted.query.jumps);
  add_places(params.definitions, wanted.query.definitions);
  for (const std::string& path : params.without.value_or(std::vector<std::string>()))
    wanted.without.push_back(path);
  wanted.automatic = context_tokens(*config, false);
  wanted.repository = context_tokens(*config, true);
  wanted.judge = judge_paths();
  return wanted;
}

void Session::collect(int64_t id, const rpc::AskParams& params, std::vector<std::string> lines) {
  Collect::Wanted asked = wanted(params, lines);
  chats_[id]->hold(std::make_unique<Collect>(
      loop_, std::move(asked), [this, id, params, lines = std::move(lines)](Result<QuestionContext> context) {
        if (!context) return chats_[id]->refuse(std::move(context.error()));
        start(id, params, lines, std::move(*context));
      }));
}

std::optional<rpc::ContextItem> Session::open_file(const rpc::AskParams& params) const {
  const std::optional<Offered> offered = offer(params);
  if (!offered) return std::nullopt;
  rpc::ContextItem item;
  item.path = offered->shown_path;
  item.form = "buffer";
  item.label = to_string(offered->verdict.label);
  if (offered->verdict.never_send) {
    item.dropped = "never sent (rule " + offered->verdict.rule + ")";
  } else if (!offered->mirror) {
    item.dropped = offered->missing;
  } else {
    const size_t lines = offered->mirror->lines.size();
    item.first = 1;
    item.last = static_cast<int64_t>(lines);
    item.tokens = static_cast<int64_t>(estimated_tokens(offered->mirror->text(0, lines)));
    item.why = "the open file, cut to a share of the model's window";
  }
  return item;
}

void Session::context(rpc::AskParams params, rpc::Reply<rpc::ContextResult> reply) {
  auto to = std::make_shared<rpc::Reply<rpc::ContextResult>>(std::move(reply));
  with_lines(params, [this, params, to](Result<std::vector<std::string>> lines) {
    if (!lines) return to->fail(std::move(lines.error()));
    const int64_t id = next_id_++;
    Collect::Wanted asked = wanted(params, *lines);
    collecting_[id] = std::make_unique<Collect>(
        loop_, std::move(asked), [this, id, params, to](Result<QuestionContext> context) {
          rpc::ContextResult result;
          result.root = folder_of(params);
          if (context) {
            result.items =
                context->items(true, context_tokens(*config_.current(), context->repo), estimated_tokens);
            if (std::optional<rpc::ContextItem> open = open_file(params))
              result.items.push_back(std::move(*open));
            for (const rpc::ContextItem& item : result.items) result.tokens += item.tokens.value_or(0);
            if (!context->gathered) result.problem = "nothing is indexed here: this is no project";
          } else {
            result.problem = context.error().text();
          }
          to->ok(std::move(result));
          collecting_.erase(id);
        });
  });
}

void Session::mention(rpc::MentionParams params, rpc::Reply<rpc::MentionResult> reply) {
  const size_t colon = params.lead.find(':');
  if (colon == std::string::npos) {
    rpc::MentionResult result;
    for (const std::string& word : task::mention_words()) {
      if (word.starts_with(params.lead)) result.items.push_back({word, ""});
    }
    return reply.ok(std::move(result));
  }
  rpc::AskParams about;
  about.source = params.source;
  const std::string root = folder_of(about);
  const std::string word = params.lead.substr(0, colon + 1);
  const bool known = word == "#file:" || word == "#symbol:";
  workspace::Indexer* indexer =
      known && workspaces_.root_of(root + "/x") == root ? workspaces_.at(root) : nullptr;
  if (!indexer) return reply.ok({});
  std::string typed = params.lead.substr(colon + 1);
  if (!typed.empty() && typed.front() == '"') typed.erase(0, 1);
  const auto kind = word == "#file:" ? task::Mention::Kind::file : task::Mention::Kind::symbol;
  const int64_t id = next_id_++;
  auto to = std::make_shared<rpc::Reply<rpc::MentionResult>>(std::move(reply));
  mentioning_[id] = indexer->query(
      [kind, typed](const workspace::Corpus& corpus) { return completions(corpus, kind, typed); },
      [this, id, to](rpc::MentionResult result) {
        to->ok(std::move(result));
        mentioning_.erase(id);
      });
}

}  // namespace coder::app
