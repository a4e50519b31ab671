// The main function of a program that links heddle::main.
#include "heddle/model.hpp"

int main(int argc, char** argv) { return heddle::main(argc, argv); }
