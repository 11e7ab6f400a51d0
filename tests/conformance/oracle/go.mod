module yinxin/tests/oracle

go 1.18

require github.com/transparency-dev/merkle v0.0.2
