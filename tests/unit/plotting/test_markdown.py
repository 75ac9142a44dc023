from stancebook import plotting


def test_a_passage_keeps_its_words_and_loses_only_its_links():
    assert plotting.passage('He [ruled\n out](#) "it" *now*', "doc#s1") == '«He ruled out "it" \\*now\\*» (`doc#s1`)'
    assert plotting.passage("[U.S. support] stays", "s2") == "«\\[U.S. support\\] stays» (`s2`)"
    assert plotting.passage("so many words that few are shown", "s3", most=15) == "«so many words …» (`s3`)"


def test_a_long_list_says_how_much_longer_it_is():
    assert plotting.bullets(["a", "b"], 2) == "- a\n- b"
    assert plotting.bullets(["a", "b", "c"], 2) == "- a\n- b\n- … and 1 more"
    assert plotting.bullets([], 2) == ""


def test_a_table_has_a_head_and_a_line_for_each_row():
    assert plotting.table(["who", "n"], [["a", "1"], ["b", "2"]]) == (
        "| who | n |\n| --- | :---: |\n| a | 1 |\n| b | 2 |"
    )
