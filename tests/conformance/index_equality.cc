// After thousands of changes, told or seen, an Indexer answers as one does that starts from nothing.
// CODER_SEED=NUMBER makes other changes; CODER_EDITS=NUMBER more of them (5,000).
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/git_folder.h"
#include "support/indexer_run.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::IndexerRun;
using test::TempFolder;

namespace {

/// All that an Index answers, in words: what a name's number or a file's slot is does not matter.
std::vector<std::string> answers(const Corpus& corpus) {
  const Index& index = corpus.index;
  std::vector<std::string> out;
  std::set<uint32_t> names;
  const auto add = [&out](std::initializer_list<std::string> parts) {
    std::string line;
    for (const std::string& part : parts) line += part + "\t";
    out.push_back(std::move(line));
  };
  const auto text = [&index](uint32_t name) { return std::string(index.text(name)); };
  const auto n = [](auto number) { return std::to_string(number); };
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const Index::File& file = index.file(slot);
    if (file.path.empty()) continue;
    if (index.find(file.path) != slot) add({"lost", file.path});
    add({"file", file.path, n(file.hash), n(static_cast<int>(file.language)), n(file.lines), n(file.bytes),
         n(file.word_count), n(file.symbols.size()), text(file.folder), text(file.stem)});
    for (const Facts::Symbol& symbol : file.symbols) {
      add({"symbol", file.path, text(symbol.name), symbol.alias == Facts::kNone ? "" : text(symbol.alias),
           n(static_cast<int>(symbol.kind)), n(symbol.parent), n(symbol.first_line), n(symbol.last_line),
           n(symbol.begin), n(symbol.signature), n(symbol.signature_end), n(symbol.end)});
      names.insert(symbol.name);
    }
    for (const Facts::Use& use : file.uses) {
      add({"use", file.path, text(use.name), n(static_cast<int>(use.kind)), n(use.symbol), n(use.line),
           n(use.count)});
      names.insert(use.name);
    }
    for (const Facts::Import& import : file.imports)
      add({"import", file.path, text(import.module), n(import.line)});
    for (const uint32_t word : file.words) {
      add({"word", file.path, text(word)});
      names.insert(word);
    }
  }
  for (const uint32_t name : names) {
    const std::string of = text(name);
    add({"counts", of, n(index.definers(name)), n(index.users(name)), n(index.holders(name))});
    const auto path = [&index](Slot slot) { return index.file(slot).path; };
    index.definitions(name, [&](const Index::Definition& one) {
      add({"defined", of, path(one.slot), n(one.symbol)});
    });
    index.uses(name, [&](const Index::Using& one) { add({"used", of, path(one.slot), n(one.count)}); });
    index.postings(name, [&](const Index::Posting& one) {
      add({"posting", of, path(one.slot), n(one.chunk), n(one.count)});
    });
    index.named(name, [&](const Index::Definition& one) {
      add({"named", of, path(one.slot), n(one.symbol)});
    });
  }
  const Index::Totals& totals = index.totals();
  add({"totals", n(totals.files), n(totals.lines), n(totals.bytes), n(totals.symbols), n(totals.words)});
  add({"commits", n(corpus.history.commits())});
  for (int i = 0; i < 20; ++i) {
    for (const History::Related& one : corpus.history.related("f" + n(i) + ".py"))
      add({"related", n(i), std::string(one.path), n(one.times), n(one.weight)});
    add({"activity", n(i), n(corpus.history.activity("f" + n(i) + ".py"))});
  }
  std::sort(out.begin(), out.end());
  return out;
}

void compare(const std::vector<std::string>& got, const std::vector<std::string>& fresh,
             const std::string& what) {
  std::vector<std::string> missing, extra;
  std::set_difference(fresh.begin(), fresh.end(), got.begin(), got.end(), std::back_inserter(missing));
  std::set_difference(got.begin(), got.end(), fresh.begin(), fresh.end(), std::back_inserter(extra));
  BOOST_TEST(missing.empty(),
             what << ": " << missing.size() << " missing, first: " << (missing.empty() ? "" : missing[0]));
  BOOST_TEST(extra.empty(),
             what << ": " << extra.size() << " too many, first: " << (extra.empty() ? "" : extra[0]));
  BOOST_TEST(got.size() == fresh.size());
}

uint32_t number_of(const char* variable, uint32_t otherwise) {
  const char* const text = std::getenv(variable);
  return text ? static_cast<uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

uint32_t edits() { return number_of("CODER_EDITS", 5000); }

/// A repository that random things happen to, and the unsaved buffers of somebody who works in it.
class World {
 public:
  explicit World(uint32_t offset) : random_(number_of("CODER_SEED", 1) * 2 + offset) {
    folder.file(".gitignore", "ignored*\n");
    for (int i = 0; i < 120; ++i) folder.file(some_path(), some_text());
    folder.commit("start");
  }

  GitFolder folder;

  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  /// Something happens to files; tells to which, with an empty list where nobody could say.
  std::vector<std::string> touch() {
    namespace fs = std::filesystem;
    const uint32_t what = below(100);
    std::error_code failed;
    if (what < 60) {
      const std::string path = below(4) == 0 ? some_path() : existing();
      folder.file(path, some_text());
      return {path};
    }
    if (what < 70) {
      const std::string path = existing();
      fs::remove(folder / path, failed);
      return {path};
    }
    if (what < 82) {
      const std::string from = existing(), to = some_path();
      fs::create_directories(fs::path(folder / to).parent_path(), failed);
      fs::rename(folder / from, folder / to, failed);
      return {from, to};
    }
    if (what < 92) {  // saved as editors do
      const std::string path = existing();
      folder.file(path + "~", some_text());
      fs::rename(folder / (path + "~"), folder / path, failed);
      return {path};
    }
    if (what < 94) {
      folder.file(below(2) == 0 ? ".gitignore" : "src/.gitignore",
                  below(3) == 0 ? "" : "ignored*\nf" + std::to_string(below(9)) + "*\n");
    } else if (what < 96) {
      folder.folder(some_folder() + "new" + std::to_string(below(5)) + "/inner");
    } else if (what < 98) {
      std::string to = some_folder();
      to.back() = 'X';
      fs::rename(folder / some_folder(), folder / to, failed);
    } else {
      fs::remove_all(folder / ("src/new" + std::to_string(below(5))), failed);
    }
    return {};
  }

  void in_git() {
    const uint32_t what = below(12);
    const auto branch = [this] { return branches_[below(static_cast<uint32_t>(branches_.size()))]; };
    try {
      if (what < 5) {
        folder.commit("commit " + std::to_string(++commits_));
      } else if (what < 6 && branches_.size() < 6) {
        branches_.push_back("branch" + std::to_string(branches_.size()));
        folder.git("checkout -b " + branches_.back());
      } else if (what < 9) {
        folder.git("checkout -f " + branch());
      } else if (what < 10) {
        folder.git("stash -u");
        if (below(2) == 0) folder.git("stash pop");
      } else if (what < 11) {
        folder.git("merge -s ours -m merged " + branch());
      } else {
        folder.git("reset --hard HEAD~1");
      }
    } catch (const std::runtime_error&) {  // git refuses what makes no sense
    }
  }

  /// Somebody types, saves, or closes a buffer without saving.
  void type(Indexer& indexer) {
    if (!unsaved_.empty() && below(3) == 0) {
      const std::string path =
          std::next(unsaved_.begin(), below(static_cast<uint32_t>(unsaved_.size())))->first;
      unsaved_.erase(path);
      if (below(2) == 0) folder.file(path, some_text());
      indexer.text_dropped(path);
      return;
    }
    const std::string path = below(5) == 0 ? some_path() : existing();
    unsaved_[path] = some_text();
    indexer.text_changed(path, unsaved_[path]);
  }

  /// What an Indexer says that starts from nothing, or from what is stored, with the same unsaved buffers.
  std::vector<std::string> fresh(const std::string& cache = "") const {
    Indexer::Options options;
    options.watch = false;
    options.cache_file = cache;
    IndexerRun run(folder.path(), std::move(options));
    for (const auto& [path, text] : unsaved_) run.indexer->text_changed(path, text);
    return run.query(answers);
  }

 private:
  std::string some_folder() {
    static const char* const all[] = {"src/", "src/core/", "lib/", "lib/deep/er/", "src/new1/", "lib/new2/"};
    return all[below(6)];
  }

  std::string some_path() {
    static const char* const ends[] = {".py", ".py", ".rs", ".rs", ".md", ".c", ".js", ".go", ".lua", ""};
    const uint32_t where = below(8);
    const std::string in = where < 2 ? "" : where < 3 ? "ignored_folder/" : some_folder();
    return in + (below(40) == 0 ? "ignored" : "f") + std::to_string(below(40)) + ends[below(10)];
  }

  std::string some_text() {
    std::string out;
    if (below(40) == 0) out += "# @generated\n";
    if (below(60) == 0) out += '\0';
    if (below(60) == 0) out += "caf\xe9 \xff\xfe\n";
    for (uint32_t i = below(12); i > 0; --i) {
      const std::string name = "name_" + std::to_string(below(60));
      switch (below(8)) {
        case 0:
          out += "def " + name + "(value: Type" + std::to_string(below(9)) + "):\n    return " + name +
                 "2(value)\n";
          break;
        case 1:
          out += "fn " + name + "(value: u8) -> Kind { other(value) }\n";
          break;
        case 2:
          out += "class Type" + std::to_string(below(20)) + "(Base):\n    field = 1\n";
          break;
        case 3:
          out += "import module" + std::to_string(below(10)) + "\n";
          break;
        case 4:
          out += std::string(below(50), '\n');
          break;
        case 5:
          out += "function " + name + "(a) { return call(a); }\n";
          break;
        case 6:
          out += "#[pyfunction]\nfn " + name + "() {}\nint " + name + "(void);\n";
          break;
        default:
          out += "# some words about " + name + " and camelCase\n";
      }
    }
    return out;
  }

  /// A file that lies there, or did of late.
  std::string existing() {
    if (files_.empty() || ++asked_ % 16 == 0) {
      files_.clear();
      using Walker = std::filesystem::recursive_directory_iterator;
      for (auto it = Walker(folder.path()); it != Walker(); ++it) {
        if (it->path().filename() == ".git") {
          it.disable_recursion_pending();
        } else if (it->is_regular_file()) {
          files_.push_back(it->path().string().substr(folder.path().size() + 1));
        }
      }
      std::sort(files_.begin(), files_.end());
    }
    return files_.empty() ? some_path() : files_[below(static_cast<uint32_t>(files_.size()))];
  }

  std::mt19937 random_;
  std::map<std::string, std::string> unsaved_;
  std::vector<std::string> branches_ = {"main"};
  std::vector<std::string> files_;
  uint32_t asked_ = 0;
  int commits_ = 0;
};

size_t size_of(IndexerRun& run) {
  return run.query([](const Corpus& corpus) { return corpus.index.size(); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(changes_that_are_told) {
  World world(0);
  const TempFolder cache;
  Indexer::Options options;
  options.watch = false;
  options.cache_file = cache / "index.db";
  IndexerRun run(world.folder.path(), options);
  const uint32_t all = edits() * 7 / 10, each = std::max(1U, all / 5);
  for (uint32_t i = 0; i < all; ++i) {
    const uint32_t what = world.below(100);
    if (what < 78) {
      run.indexer->look_again(world.touch());
    } else if (what < 98) {
      world.type(*run.indexer);
    } else {
      world.in_git();
      run.indexer->look_again({});
    }
    // Sometimes the loop gets to run, at any stage of what is going on.
    if (world.below(4) == 0) size_of(run);
    if (i % each != each - 1) continue;
    run.indexer->look_again({});
    run.until([&] { return !run.indexer->status().busy; });
    compare(run.query(answers), world.fresh(), "told, " + std::to_string(i));
  }
  const std::vector<std::string> last = run.query(answers);
  run.indexer.reset();
  run.loop.run();
  compare(world.fresh(cache / "index.db"), last, "stored");
}

BOOST_AUTO_TEST_CASE(changes_that_are_seen) {
  World world(1);
  IndexerRun run(world.folder.path());
  const uint32_t all = edits() * 3 / 10, each = std::max(1U, all / 6);
  for (uint32_t i = 0; i < all; ++i) {
    const uint32_t what = world.below(100);
    if (what < 78) {
      world.touch();
    } else if (what < 98) {
      world.type(*run.indexer);
    } else {
      world.in_git();
    }
    if (world.below(3) == 0) size_of(run);
    if (i % each != each - 1) continue;
    // Nobody says when all events have come: it may be quiet for a while before the next.
    const std::vector<std::string> fresh = world.fresh();
    const TimePoint end = Clock::now() + Millis(60'000);
    std::vector<std::string> got;
    TimePoint next = Clock::now();
    run.until([&] {
      if (run.indexer->status().busy || Clock::now() < next) return Clock::now() > end;
      got = run.query(answers);
      next = Clock::now() + Millis(100);
      return got == fresh || Clock::now() > end;
    });
    compare(got, fresh, "seen, " + std::to_string(i));
  }
}
