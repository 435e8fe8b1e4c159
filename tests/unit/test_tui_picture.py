"""Screenshots: each word stands where the terminal has it, whatever font draws it."""

from console.tui.picture import anchored

SAID = " NODE  温度 a&amp;b ".replace(" ", "&#160;")
ROW = f'<text class="r1" x="24.4" y="20" textLength="170.8" clip-path="url(#l)">{SAID}</text>'


def test_each_word_has_its_own_column():
    said = '<rect fill="#fff" x="0"/>' + ROW
    assert anchored(said) == (
        '<rect fill="#fff" x="0"/>'
        '<text class="r1" x="36.6" y="20" textLength="48.8" clip-path="url(#l)">NODE</text>'
        '<text class="r1" x="109.8" y="20" textLength="48.8" clip-path="url(#l)">温度</text>'
        '<text class="r1" x="170.8" y="20" textLength="36.6" clip-path="url(#l)">a&amp;b</text>'
    )


def test_a_title_and_blanks_are_nothing_to_move():
    title = '<text class="title" x="9" y="2">megapod:&#160;nodes</text>'
    assert anchored(title) == title
    assert anchored('<text x="0" y="1" textLength="24.4">&#160;&#160;</text>') == ""
