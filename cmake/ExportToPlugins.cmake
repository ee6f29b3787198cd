# fencelab_export_to_plugins(<program>): plug-ins find in <program> all that headers of the layers
# they may see declare: also what nobody in the program itself calls, which a static library would
# leave out, and one copy of each. Names of others are not exported, so that libraries that
# <program> links keep to their own.
function(fencelab_export_to_plugins program)
  set_target_properties(${program} PROPERTIES LINK_LIBRARY_OVERRIDE
    "WHOLE_ARCHIVE,fencelab_core,fencelab_platform,fencelab_models,fencelab_policies")
  target_link_options(${program} PRIVATE "LINKER:--export-dynamic-symbol=*8fencelab*")
endfunction()
