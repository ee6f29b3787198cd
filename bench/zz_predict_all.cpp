#include <fmt/format.h>
#include "campaign/predict_run.hpp"
#include "scenarios/loader.hpp"
#include <filesystem>
#include <algorithm>
#include <sys/wait.h>
#include <unistd.h>
using namespace fencelab;
int main(int argc,char**argv){
  const auto registry = policies::Registry::built_in();
  bool full = argc>2;
  std::vector<std::string> files; for (auto&e: std::filesystem::directory_iterator(argv[1])) files.push_back(e.path().string());
  std::sort(files.begin(),files.end());
  for (auto& f: files){ auto loaded=scenarios::load_scenario_file(f,{}, {}); if(!loaded){ fmt::print("{} bad\n{}",f,scenarios::format_diagnostics(loaded.diagnostics())); continue;}
    for (auto& st: loaded->stacks){ auto r=scenarios::resolve_stack(*loaded,st,registry);
      fflush(stdout);
      if (fork()==0){ auto run=campaign::predict_run(*loaded,*r,1);
        fmt::print("{} / {}: completed={} reports={} notes={} complete={} chains={} edges={} csteps={}\n", loaded->name, r->name, run.completed, run.report.reports.size(), run.report.notes.size(), run.report.complete, run.report.work.chains, run.report.work.edges, run.report.work.cycle_steps);
        for (auto& p: run.report.reports) fmt::print("    {}\n", p.signature);
        if(full) fmt::print("{}\n", run.text);
        fflush(stdout); _exit(0);} int s; wait(&s);
    } } }
