#include "tests/analysis/lockdep/script.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <sstream>

#include "analysis/lockdep/text.hpp"

namespace fencelab::analysis::test {

using core::Task;

OrderReport Watched::run() {
  simulation.run();
  CHECK(simulation.unfinished() == 0);
  return watch.report();
}

core::Mutex& ScriptLocks::mutex(const std::string& name) {
  auto& lock = mutexes_[name];
  if (!lock) lock = std::make_unique<core::Mutex>(simulation_, name, name.substr(0, 1));
  return *lock;
}

core::RwLock& ScriptLocks::rwsem(const std::string& name) {
  auto& lock = rwsems_[name];
  if (!lock)
    lock = std::make_unique<core::RwLock>(simulation_, name, core::ReaderRule::fair,
                                          name.substr(0, 1));
  return *lock;
}

core::RwLock& ScriptLocks::rwlock(const std::string& name) {
  auto& lock = rwlocks_[name];
  if (!lock)
    lock = std::make_unique<core::RwLock>(simulation_, name, core::ReaderRule::recursive,
                                          name.substr(0, 1));
  return *lock;
}

void ScriptLocks::release(char op, const std::string& name) {
  switch (op) {
    case 'm':
    case 't': return mutex(name).unlock();
    case 'w': return rwsem(name).unlock_write();
    case 'r': return rwsem(name).unlock_read();
    case 'W': return rwlock(name).unlock_write();
    default: return rwlock(name).unlock_read();
  }
}

Task<> ScriptLocks::step(std::string word) {
  const char op = word[0];
  const std::string name = word.substr(2);
  switch (op) {
    case 'm': co_await mutex(name).lock(); break;
    case 'w': co_await rwsem(name).lock_write(); break;
    case 'r': co_await rwsem(name).lock_read(); break;
    case 'W': co_await rwlock(name).lock_write(); break;
    case 'R': co_await rwlock(name).lock_read(); break;
    default: CHECK(mutex(name).try_lock());
  }
}

Task<> ScriptLocks::play(std::string script, core::Duration start) {
  co_await core::sleep_for(simulation_, start);
  std::optional<core::OrderScope> irqs_off;
  std::istringstream words(script);
  for (std::string word; words >> word;) {
    if (word == "i")
      irqs_off.emplace(simulation_, core::ScopeKind::irqs_off, core::kNoOrderClass);
    else if (word == "-i")
      irqs_off.reset();
    else if (word[0] == '-')
      release(word[1], word.substr(3));
    else
      co_await step(word);
  }
}

OrderReport in_processes(const std::vector<std::string>& scripts) {
  Watched watched;
  ScriptLocks locks(watched.simulation);
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    // A script for an interrupt begins with '!'.
    const bool interrupt = scripts[i][0] == '!';
    watched.start("p" + std::to_string(i),
                  locks.play(scripts[i].substr(interrupt), core::Duration(1'000 * (i + 1))),
                  interrupt ? core::ProcessRole::interrupt : core::ProcessRole::user_thread);
  }
  return watched.run();
}

OrderReport in_one_process(const std::vector<std::string>& scripts) {
  std::string all;
  for (const std::string& script : scripts) all += script + " ";
  return in_processes({all});
}

std::set<std::string> rules(const std::vector<Prediction>& predictions) {
  std::set<std::string> found;
  for (const Prediction& prediction : predictions) found.insert(prediction.rule);
  return found;
}

const Prediction& the(const std::vector<Prediction>& predictions, std::string_view rule) {
  for (const Prediction& prediction : predictions)
    if (prediction.rule == rule) return prediction;
  FAIL("no prediction of rule " << rule);
  return predictions.front();
}

}  // namespace fencelab::analysis::test
