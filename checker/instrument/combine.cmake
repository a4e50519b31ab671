# Makes one object of the hooks, the checker and the runtime, for programs that are compiled for
# checking. Run by the build: cmake -Dcompiler=... -Dflags=... -Dnm=... -Dobjcopy=...
# -Dinputs=OBJECT;ARCHIVE;... -Doutput=... -P combine.cmake
#
# Its templates, inline functions and their tables are its own: the linker would else take the program's copies of
# them for the checker as well, with their hooks. And its copies of memory are not the program's.
# What is optimised across files is so before, for in the program functions have to stay those that
# were compiled.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${compiler} ${flags} -r -nostdlib -Wl,--force-group-allocation -Wl,--whole-archive ${inputs}
  -Wl,--no-whole-archive -o ${output}.whole)

# One line a symbol: name, kind. W are functions that other objects may have too, u and V data.
execute_process(COMMAND ${nm} --defined-only --format=posix ${output}.whole
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "_Z[^ \n]* W" functions "${symbols}")
string(REGEX MATCHALL "_ZTV[^ \n]* V" tables "${symbols}")
string(REGEX MATCHALL "_Z[^ \n]* u" data "${symbols}")
list(APPEND functions ${tables})
list(TRANSFORM functions REPLACE " [VW]$" "")
list(TRANSFORM data REPLACE " u$" "")
list(JOIN functions "\n" functions)
list(JOIN data "\n" data)
file(WRITE ${output}.functions "${functions}\n")
file(WRITE ${output}.data "${data}\n")
set(renamed "")
foreach(name memcpy memmove memset)
  list(APPEND renamed --redefine-sym ${name}=heddle_real_${name}
    --redefine-sym heddle_watched_${name}=${name})
endforeach()
run(${objcopy} --strip-debug --localize-symbols=${output}.functions
  --weaken-symbols=${output}.data ${renamed} ${output}.whole ${output})
file(REMOVE ${output}.whole ${output}.functions ${output}.data)
