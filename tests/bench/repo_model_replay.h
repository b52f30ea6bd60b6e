// Typing lines again: what was on offer at each key, and what a policy makes of it.
#pragma once

#include <ctime>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "completion/repo_model/state.h"
#include "repo_model_cases.h"

namespace coder::bench {

/// Where a line is typed. `issue`: the model has the parent's tree and the lines above; `editor`: the buffer
/// holds what stood below as well, as it does while someone types.
enum class Layout { issue, editor };

/// A guess that could have been shown.
struct Offer {
  uint16_t bytes = 0;
  bool line = false, right = false;
  uint32_t identity = 0;  ///< of the line as it would become
  float probability = 0;
  completion::GateFeatures features{};
};

struct Key {
  std::vector<Offer> offers;
};

/// A line with what was on offer before each of its characters (without indentation).
struct Typed {
  size_t indent = 0, size = 0;
  std::vector<Key> keys;
};

/// A place at which the rest of the line was asked for.
struct Query {
  bool offered = false, right = false;
  float probability = 0;
  completion::GateFeatures features{};
};

inline bool is_right(std::string_view rest, std::string_view text, bool line) {
  if (line) return text == rest;
  if (rest.substr(0, text.size()) != text) return false;
  return rest.size() == text.size() ||
         !(completion::is_word_byte(text.back()) && completion::is_word_byte(rest[text.size()]));
}

/// Calls `visit(model, buffer number, line, truth, all lines)` for every case of `commits`, the buffer
/// holding the lines above and an empty line. `truth` is the line without blanks at its end.
template <class Visit>
void for_each_case(TreeModel& tree, const std::vector<const TypedCommit*>& commits, Layout layout,
                   Visit&& visit) {
  // From the oldest on: a base that is older than the tree may know what is gone, one that is younger would
  // know what is still to be typed.
  tree.reset();
  for (size_t c = commits.size(); c-- > 0;) {
    const TypedCommit* commit = commits[c];
    tree.move_to(commit->parent);
    for (const TypedFile& file : commit->files) {
      for (size_t i = 0; i < file.typed.size(); ++i) {
        const size_t at = file.typed[i];
        std::string truth = file.lines[at];
        while (!truth.empty() && completion::is_blank_byte(truth.back())) truth.pop_back();
        std::vector<std::string> lines(file.lines.begin(), file.lines.begin() + static_cast<long>(at));
        lines.emplace_back();
        if (layout == Layout::editor) {
          lines.insert(lines.end(), file.old_lines.begin() + static_cast<long>(file.old_after[i]),
                       file.old_lines.end());
        }
        tree.model.buffer_set(1, file.path, lines);
        visit(tree.model, int64_t{1}, at, truth, file.lines);
      }
    }
    tree.model.buffer_drop(1);
  }
}

/// Of this thread, in milliseconds: others' load does not count.
inline double cpu_millis() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Types `truth` and notes all offers; `times`: of each key, the edit and the query together.
inline Typed type_line(completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                       std::vector<double>* times = nullptr) {
  using namespace completion;
  Typed out;
  out.indent = indent_of(truth);
  out.size = truth.size();
  RepoModel::State& state = model.state();
  for (size_t col = out.indent; col < truth.size(); ++col) {
    const double begin = cpu_millis();
    model.buffer_splice(buf, at, at + 1, {truth.substr(0, col)});
    bool known = false;
    const Path& path = predict(state, state.buffers.at(buf), at, col, kLeastProduct, state.scratch, known);
    if (times) times->push_back(cpu_millis() - begin);
    Key key;
    std::string text = truth.substr(0, col - path.typed);
    size_t step = 0;
    const std::string_view rest = std::string_view(truth).substr(col);
    for_each_end(*state.gates, path, [&](const PathEnd& end, const GateFeatures& features) {
      while (step <= end.last) text += path.steps[step++].text;
      Offer offer;
      offer.bytes = static_cast<uint16_t>(end.bytes);
      offer.line = end.line;
      offer.right = is_right(rest, std::string_view(text).substr(col), end.line);
      offer.identity = static_cast<uint32_t>(fnv1a(text));
      offer.probability = static_cast<float>(end.probability);
      offer.features = features;
      key.offers.push_back(offer);
    });
    out.keys.push_back(std::move(key));
  }
  return out;
}

/// Asks for the rest of the line at these parts of it, in percent.
inline std::vector<Query> query_line(completion::RepoModel& model, int64_t buf, size_t at,
                                     const std::string& truth,
                                     const std::vector<size_t>& parts = {0, 30, 60}) {
  using namespace completion;
  std::vector<Query> out;
  RepoModel::State& state = model.state();
  const size_t indent = indent_of(truth), size = truth.size() - indent;
  for (const size_t part : parts) {
    const size_t col = indent + size * part / 100;
    model.buffer_splice(buf, at, at + 1, {truth.substr(0, col)});
    bool known = false;
    const Path& path = predict(state, state.buffers.at(buf), at, col, 0.002, state.scratch, known);
    Query query;
    GateMeter meter(path);
    std::string text;
    bool ended = false;
    for (const PathStep& step : path.steps) {
      meter.add(step);
      text += step.text;
      ended = step.token == kEndOfLine;
      if (ended) break;
    }
    if (ended) {
      if (text.size() > path.typed) {
        query.offered = true;
        query.features = meter.features();
        query.right = std::string_view(text).substr(path.typed) == std::string_view(truth).substr(col);
        query.probability = static_cast<float>(right_probability(state.gates->line, query.features));
      }
    }
    out.push_back(query);
  }
  return out;
}

/// What came of typing lines.
struct Outcome {
  size_t lines = 0, characters = 0, saved = 0, shown = 0, right = 0, wrong = 0;

  double saved_share() const { return share(saved, characters); }
  double right_share() const { return share(right, shown); }
  double wrong_per_line() const { return share(wrong, lines); }
  void add(const Outcome& other) {
    lines += other.lines;
    characters += other.characters;
    saved += other.saved;
    shown += other.shown;
    right += other.right;
    wrong += other.wrong;
  }

 private:
  static double share(size_t part, size_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  }
};

/// Types a line; `offer(key)` is what is shown there, nullptr for nothing. A ghost counts once however many
/// keys it stays; one that is right is accepted with one key.
template <class Choose>
void simulate(const Typed& line, Choose&& offer, Outcome& out) {
  ++out.lines;
  out.characters += line.size - line.indent;
  std::set<uint32_t> wrong;
  for (size_t col = line.indent; col < line.size;) {
    const Offer* shown = offer(line.keys[col - line.indent]);
    if (shown && shown->right) {
      ++out.shown;
      ++out.right;
      out.saved += shown->bytes - 1U;
      col += shown->bytes;
      continue;
    }
    if (shown && wrong.insert(shown->identity).second) {
      ++out.shown;
      ++out.wrong;
    }
    ++col;
  }
}

inline Outcome simulate(const std::vector<Typed>& lines, const completion::GateTable::Bounds& bounds) {
  Outcome out;
  for (const Typed& line : lines) {
    simulate(
        line,
        [&](const Key& key) {
          const Offer* best = nullptr;
          double best_worth = 0;
          for (const Offer& offer : key.offers) {
            const double worth =
                completion::worth_of(bounds, static_cast<double>(offer.probability), offer.bytes);
            if (worth <= best_worth) continue;
            best_worth = worth;
            best = &offer;
          }
          return best;
        },
        out);
  }
  return out;
}

/// Share of the queries that may be answered with at least `least` of the answers right.
inline double coverage(std::vector<Query> queries, double least) {
  std::sort(queries.begin(), queries.end(), [](const Query& a, const Query& b) {
    return a.offered != b.offered ? a.offered : a.probability > b.probability;
  });
  size_t right = 0, best = 0;
  for (size_t i = 0; i < queries.size() && queries[i].offered; ++i) {
    right += queries[i].right ? 1 : 0;
    if (static_cast<double>(right) >= least * static_cast<double>(i + 1)) best = i + 1;
  }
  return queries.empty() ? 0 : static_cast<double>(best) / static_cast<double>(queries.size());
}

}  // namespace coder::bench
