#include "context/gather.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.h"
#include "base/tokens.h"
#include "workspace/text_file.h"

namespace coder::context {
namespace {

/// Files that are judged, at most: no pack of 128k tokens reaches further down the list.
constexpr size_t kMaxJudged = 1000;
constexpr size_t kMaxSpots = 12;
constexpr size_t kMaxSignatureBytes = 160;

using Texts = std::map<std::string, std::string>;

double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::optional<std::string> text_of(const std::string& root, const Texts& texts, const std::string& path) {
  if (const auto unsaved = texts.find(path); unsaved != texts.end()) return unsaved->second;
  return workspace::read_text_file(root + "/" + path);
}

std::string signature_of(const std::string& text, const workspace::Facts::Symbol& symbol) {
  if (symbol.signature_end > text.size() || symbol.signature >= symbol.signature_end) return "";
  const std::string_view whole =
      std::string_view(text).substr(symbol.signature, symbol.signature_end - symbol.signature);
  return one_line(trim(whole), kMaxSignatureBytes);
}

}  // namespace

struct Gather::State : std::enable_shared_from_this<Gather::State> {
  State(workspace::Indexer& from, Wanted asked, unique_function<void(Gathered)> call)
      : indexer(from), wanted(std::move(asked)), done(std::move(call)) {}

  workspace::Indexer& indexer;
  Wanted wanted;
  unique_function<void(Gathered)> done;
  Gathered out;
  std::shared_ptr<workspace::Indexer::Query> query;

  struct FirstResult {
    std::shared_ptr<const Ranked> ranked;
    uint64_t version = 0;  ///< of the index
    std::string root;
    std::vector<std::string> paths;  ///< to be judged
    double ms = 0;
  };
  struct SecondResult {
    Packed whole, clean;
    std::vector<Spot> spots;
    double ms = 0;
  };

  void rank_them() {
    query = indexer.query(
        [asked = wanted.query](const workspace::Corpus& corpus) {
          const auto begin = std::chrono::steady_clock::now();
          FirstResult result;
          result.ranked = std::make_shared<const Ranked>(rank(corpus, asked));
          result.version = corpus.index.version();
          result.root = corpus.root;
          std::set<std::string> known;
          const auto add = [&](const std::string& path) {
            if (known.size() < kMaxJudged && known.insert(path).second) result.paths.push_back(path);
          };
          for (const RankedSymbol& symbol : result.ranked->symbols) {
            if (known.size() > kMaxJudged / 2) break;
            add(corpus.index.file(symbol.slot).path);
          }
          for (const RankedFile& file : result.ranked->files) add(file.path);
          result.ms = ms_since(begin);
          return result;
        },
        [self = weak_from_this()](FirstResult result) {
          if (const auto state = self.lock()) state->judge_them(std::move(result));
        });
  }

  void judge_them(FirstResult result) {
    out.ranked = std::move(result.ranked);
    out.rank_ms = result.ms;
    for (const std::string& path : result.paths) out.verdicts[path] = wanted.judge(result.root + "/" + path);
    pack_them(result.version);
  }

  void pack_them(uint64_t version) {
    query = indexer.query(
        [ranked = out.ranked, version, verdicts = out.verdicts,
         wanted = std::move(wanted)](const workspace::Corpus& corpus) {
          if (corpus.index.version() == version) return pack_for(corpus, *ranked, verdicts, wanted);
          return pack_for(corpus, still_there(corpus, *ranked), verdicts, wanted);
        },
        [self = weak_from_this()](SecondResult result) {
          const auto state = self.lock();
          if (!state) return;
          state->out.whole = std::move(result.whole);
          state->out.clean = std::move(result.clean);
          state->out.spots = std::move(result.spots);
          state->out.pack_ms = result.ms;
          auto call = std::move(state->done);
          call(std::move(state->out));
        });
  }

  /// The corpus may have changed since it was ranked: what is gone from its slot is left out.
  static Ranked still_there(const workspace::Corpus& corpus, Ranked ranked) {
    const workspace::Index& index = corpus.index;
    const auto gone = [&index](workspace::Slot slot) {
      return slot >= index.slots() || index.file(slot).path.empty();
    };
    std::erase_if(ranked.files, [&](const RankedFile& file) {
      return gone(file.slot) || index.file(file.slot).path != file.path;
    });
    std::erase_if(ranked.symbols, [&](const RankedSymbol& symbol) {
      return gone(symbol.slot) || symbol.symbol >= index.file(symbol.slot).symbols.size();
    });
    return ranked;
  }

  static SecondResult pack_for(const workspace::Corpus& corpus, const Ranked& ranked,
                               const std::map<std::string, privacy::Verdict>& verdicts,
                               const Wanted& wanted) {
    const auto begin = std::chrono::steady_clock::now();
    Texts read;
    const auto text = [&](const std::string& path) -> std::optional<std::string> {
      if (const auto known = read.find(path); known != read.end()) return known->second;
      std::optional<std::string> fresh = text_of(corpus.root, wanted.texts, path);
      if (fresh) read.emplace(path, *fresh);
      return fresh;
    };
    PackOptions options;
    options.budget = wanted.budget;
    options.count = wanted.count ? wanted.count : estimated_tokens;
    options.read = text;
    options.without = wanted.without;
    bool any_private = false;
    const auto refusing = [&](bool trusted) {
      return [&, trusted](const std::string& path) -> std::string {
        const auto known = verdicts.find(path);
        if (known == verdicts.end()) return "too far down the list";
        const privacy::Verdict& verdict = known->second;
        if (verdict.never_send) return "never sent (rule " + verdict.rule + ")";
        if (verdict.label == privacy::Label::any) return "";
        any_private = true;
        return trusted ? "" : "private (rule " + verdict.rule + ")";
      };
    };
    SecondResult result;
    options.refuse = refusing(true);
    result.whole = pack(corpus, ranked, options);
    if (any_private) {
      options.refuse = refusing(false);
      result.clean = pack(corpus, ranked, options);
    } else {
      result.clean = result.whole;
    }
    result.ms = ms_since(begin);
    result.spots = spots_of(corpus, ranked, verdicts, text);
    return result;
  }

  template <class Text>
  static std::vector<Spot> spots_of(const workspace::Corpus& corpus, const Ranked& ranked,
                                    const std::map<std::string, privacy::Verdict>& verdicts,
                                    const Text& text) {
    std::vector<Spot> spots;
    std::map<std::string, int> of_file;
    const auto may = [&](const std::string& path) {
      const auto known = verdicts.find(path);
      return known != verdicts.end() && !known->second.never_send;
    };
    for (const RankedSymbol& one : ranked.symbols) {
      if (spots.size() == kMaxSpots) break;
      const workspace::Index::File& file = corpus.index.file(one.slot);
      // A file's best three say enough.
      if (!may(file.path) || of_file[file.path] == 3) continue;
      const std::optional<std::string> source = text(file.path);
      if (!source || workspace::content_hash(*source) != file.hash) continue;
      const workspace::Facts::Symbol& symbol = file.symbols[one.symbol];
      const auto line = 1 + static_cast<uint32_t>(std::count(
                                source->begin(),
                                source->begin() + std::min<size_t>(symbol.signature, source->size()), '\n'));
      spots.push_back({file.path, line, signature_of(*source, symbol), one.why});
      ++of_file[file.path];
    }
    for (const RankedFile& file : ranked.files) {
      if (spots.size() >= kMaxSpots) break;
      if (may(file.path) && of_file[file.path] == 0) spots.push_back({file.path, 1, "", file.why});
    }
    return spots;
  }
};

Gather::Gather(workspace::Indexer& indexer, Wanted wanted, unique_function<void(Gathered)> done)
    : state_(std::make_shared<State>(indexer, std::move(wanted), std::move(done))) {
  state_->rank_them();
}

Gather::~Gather() = default;

}  // namespace coder::context
