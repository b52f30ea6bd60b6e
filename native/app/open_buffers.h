// The files that Neovim has open, as their edits must know them: asked for each time, since any key may
// change it. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "edit/plan.h"
#include "rpc/channel.h"
#include "workspace/mirror.h"

namespace coder::app {

/// A loaded buffer of a file, by Neovim's word.
struct OpenBuffer {
  int64_t buf = 0;
  std::string path;  ///< absolute, as Neovim has it
  std::string eol;
  bool final_newline = true;
  bool bom = false;
  bool modifiable = true;
};

/// The open ones among some files, by their resolved paths.
struct OpenFiles {
  std::map<std::string, edit::Buffer> texts;
  std::map<std::string, std::string> closed;  ///< why that one's text cannot be had, or changed
};

/// Calls `done` once, from the loop, with those of `paths` (absolute, resolved) that are open; has Neovim
/// send the text of those that are not mirrored yet. Not called when the channel has gone.
void find_open(rpc::Channel& channel, const workspace::Mirrors& mirrors, std::set<std::string> paths,
               unique_function<void(Result<OpenFiles>)> done);

/// Has Neovim make of these buffers what `changes` say, all of them or none; what is wrong, in words, else.
/// Each with a `buffer`, whose text is its `old_text`.
void change_buffers(rpc::Channel& channel, const std::vector<edit::FileChange>& changes,
                    unique_function<void(Result<void>)> done);

}  // namespace coder::app
