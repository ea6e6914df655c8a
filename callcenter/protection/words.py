"""What the words before a number say it is.

*Keywords* speak for the Individual Number: 個人番号, マイナンバー, 12桁; never as part of マイナンバーカード,
マイナンバー通知書 and other compounds, which stand in every note of this desk. *Labels* speak for something
else: parcel, receipt, licence, application … numbers. The nearest wins; a label speaks for the first number
after it only.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

REACH = 20
_LABEL_WINDOW = 48
# What follows マイナンバー when it is part of another word.
_COMPOUND = (
    "カード|ｶｰﾄﾞ|card|通知|制度|法|コール|総合|フリー|ダイヤル|ポータル|センター|専用|窓口|担当|係|課|室|推進|交付|予約"
    "|関連|関係|保険|免許|対応|業務|事務|事業|普及|アプリ|サイト|相談|問合|問い?合|お問|電話|特急|利用|申請|ポイント|手続"
    "|更新|付き|入り|記載|住民票|PR|広報|受付|登録"
)
_KEYWORD = re.compile(
    r"(?:(?:(?:マイ|まい)(?:ナンバ|なんば)[ー―－ｰ\-]?+|ﾏｲﾅﾝﾊﾞ[ｰ-]?+|個人番号|my\s?number)"
    rf"(?![\s・]?の?(?:{_COMPOUND}))"
    r"|(?<![0-9０-９.,，．])(?P<twelve>(?:12|１２|十二)\s?(?:桁|ケタ|けた|ｹﾀ)))",
    re.IGNORECASE,
)
_NUMBER_WORD = r"(?:番号|番|ナンバー|№|ＮＯ|Ｎｏ|No|ID|ＩＤ|コード|ｺｰﾄﾞ)"
_NUMBERED = (
    "お?問い?合わ?せ|照会|伝票|受付|受け付け|受理|受領|追跡|荷物|送り?状|配達|配送|発送|引受|書留|差出|取扱い?|レシート"
    "|領収書?|請求書?|納付|納入|収納|免許証?|許可|認可|登録|申請書?|申込|届出書?|整理|管理|予約|注文|発注|取引|契約"
    "|会員|お?客様|顧客|利用者|ユーザー|通知書|交付|発行|文書|収受|証明書?|保険証?|保険者|被保険者|雇用保険|年金|基礎年金"
    "|口座|振込|製造|シリアル|機器|端末|型|品|製品|商品|ロット|記録|案件|チケット|インシデント|ケース|通話|着信|録音"
    "|ジョブ|セッション|エラー|旅券|パスポート|在留カード|法人|登記|固定資産|課税|水栓|メーター|バーコード|QRコード|JAN"
    "|ISBN|受験|社員|職員|学籍|診察券?|患者|ポイントカード|決済|承認|控え?|シール|宛名|世帯|参照|識別|通し|帳票|台帳"
    "|車両|個体|図書|修理|保証書?|点検|施設|店舗|事業所|求人|資産|ライセンス"
    "|返金|到達|手続き?|書類|資料|払込|確認|処理|返送|出荷|貨物|輸送|再配達|記号[・･]?|水道|ガス|電気|車検|診療|介護"
    "|医療|後期高齢者|回答|配信|メール|ログ|作業|依頼|指示"
)
_LABEL = re.compile(
    rf"(?:(?:{_NUMBERED})(?:書|票)?の?\s?{_NUMBER_WORD}"
    r"|伝票|内線|番号札|整理券|送り?状|追跡|荷物|宅急便|宅配便|ヤマト運輸?|クロネコ\w{0,3}|佐川急?便?|日本郵便|ゆうパック|レターパック\w{0,3}"
    r"|不在(?:連絡|通知)?票|ゆうメール|書留|特定記録(?:郵便)?|速達|小包|レシート|領収書|(?<!マイナ)(?:運転)?免許証"
    r"|tracking|order|receipt|licen[cs]e|invoice|ticket)",
    re.IGNORECASE,
)
_NOT_THE_LABEL = re.compile(
    r"[。！？!?]|ではな|じゃな|でな[くい]|不明|分から|わから|以外|別に|別の|無し|なし|忘れ|聞け|違[いう]|なく|代わり"
)
_ANOTHER_NUMBER = re.compile(r"\d{3}|[〇一二三四五六七八九]{3}")


def mentions(text: str) -> bool:
    """Does a keyword stand anywhere in the text?"""
    return _KEYWORD.search(text) is not None


class Words(Struct, frozen=True):
    """A text with the ends of its keywords; `named` are those that no other number has (all but 12桁)."""

    text: str
    keywords: tuple[int, ...]
    named: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        found = list(_KEYWORD.finditer(text))
        named = tuple(match.end() for match in found if not match["twelve"])
        return cls(text, tuple(match.end() for match in found), named)

    def keyword_before(self, start: int) -> bool:
        """Does a keyword end within 20 characters before `start`?"""
        return start - _nearest(self.keywords, start) <= REACH

    def labelled(self, start: int) -> bool:
        """Do the words before say it is another number, nearer than 個人番号 or マイナンバー?"""
        at = max(start - _LABEL_WINDOW, 0)
        labels = [found.end() + at for found in _LABEL.finditer(self.text[at:start])]
        if not labels or start - labels[-1] > REACH or _nearest(self.named, start) >= labels[-1]:
            return False
        between = self.text[labels[-1] : start]
        return not _NOT_THE_LABEL.search(between) and not _ANOTHER_NUMBER.search(between)


def _nearest(ends: tuple[int, ...], start: int) -> int:
    index = bisect_right(ends, start)
    return ends[index - 1] if index else -REACH - 1
